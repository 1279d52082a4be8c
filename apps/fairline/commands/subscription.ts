import type { Command } from 'commander';
import type { LocalDate } from '#calendar/local-date.js';
import type { RetroactiveChange } from '#retro-rating/domain/retroactive-change.js';
import { asDay, asKey, asWholeNumber, whoActs, wrongUsage } from '../arguments.js';
import { type Face, valueOf } from '../face.js';
import { clockTime, counted, table, withSeparators } from '../table.js';

interface ChangeOptions {
  readonly from: LocalDate;
  readonly plan?: string;
  readonly seats?: number;
  readonly subscription?: string;
  readonly preview?: boolean;
  readonly confirm?: string;
  readonly by?: string;
}

const MAXIMUM_SEATS = 1_000_000;

export function subscriptionCommands(program: Command, face: () => Face): void {
  program
    .command('subscription')
    .description('Plans and seats of an account.')
    .command('change')
    .argument('<account>', 'id of the account', asKey('account'))
    .description(
      'Change the plan or seats from a day on. Backwards only in two steps: --preview shows to the cent what it would do and a hash, --confirm HASH does exactly that. Without either the change is made at once, where no call is touched by it.',
    )
    .requiredOption('--from <day>', 'first day of the change', asDay('--from'))
    .option('--plan <plan>', 'the new plan', asKey('--plan'))
    .option('--seats <number>', 'the new number of seats', asWholeNumber('--seats', 0, MAXIMUM_SEATS))
    .option('--subscription <id>', 'which one, if several are in force', asKey('--subscription'))
    .option('--preview', 'show what the change would do; nothing is booked')
    .option('--confirm <hash>', 'carry out the preview with this hash')
    .option('--by <person>', 'who decides; default the login')
    .addHelpText(
      'after',
      '\nExample: fairline subscription change A1001 --plan metered --from 2026-10-19 --preview\n         fairline subscription change A1001 --plan metered --from 2026-10-19 --confirm 3f6c…',
    )
    .action((account: string, options: ChangeOptions) => change(face(), account, options));
}

async function change(face: Face, account: string, options: ChangeOptions): Promise<void> {
  const { preview, confirm, by, ...terms } = options;
  if (preview === true && confirm !== undefined) {
    throw wrongUsage('--preview and --confirm exclude each other: look first, then confirm the hash.');
  }
  if (confirm === undefined && terms.plan === undefined && terms.seats === undefined) {
    throw wrongUsage('Nothing would change: give --plan, --seats or both.');
  }
  const wanted = { account, ...terms, by: whoActs(by) };
  if (preview === true) return showPreview(face, wanted);
  if (confirm !== undefined) return carryOut(face, { ...wanted, hash: confirm });
  return changeAtOnce(face, wanted);
}

type Wanted = { readonly account: string; readonly by: string } & Pick<
  ChangeOptions,
  'from' | 'plan' | 'seats' | 'subscription'
>;

async function showPreview(face: Face, wanted: Wanted): Promise<void> {
  const { PreviewSubscriptionChange } =
    await import('#retro-rating/preview-change/preview-subscription-change.js');
  const shown = await face.withProgram(async ({ commands }) =>
    valueOf(await commands.execute(new PreviewSubscriptionChange(wanted))),
  );
  await face.print({
    document: shown,
    human: `${describe(shown)}\n\nNothing is booked. To do exactly this: --confirm ${shown.hash}`,
  });
}

async function carryOut(face: Face, wanted: Wanted & { readonly hash: string }): Promise<void> {
  const { ConfirmSubscriptionChange } =
    await import('#retro-rating/confirm-change/confirm-subscription-change.js');
  const done = await face.withProgram(
    async ({ commands }) => valueOf(await commands.execute(new ConfirmSubscriptionChange(wanted))),
    { decides: true },
  );
  const { arrivedSince } = done;
  const late =
    arrivedSince === null || arrivedSince.calls === 0
      ? ''
      : `\n${counted(arrivedSince.calls, 'call')} came in after the preview and follow the new plan (${arrivedSince.charge} €).`;
  await face.print({
    document: done,
    human: `${describe(done)}\n\n${done.repeated ? 'It had been carried out before; nothing changed now.' : 'It is carried out.'}${late}`,
  });
}

async function changeAtOnce(face: Face, wanted: Wanted): Promise<void> {
  const { ChangeSubscription } = await import('#retro-rating/change-subscription/change-subscription.js');
  const done = await face.withProgram(
    async ({ commands }) => valueOf(await commands.execute(new ChangeSubscription(wanted))),
    { decides: true },
  );
  await face.print({
    document: done,
    human: `${done.account}: from ${done.from} plan ${done.oldPlan} → ${done.newPlan}, seats ${done.seats.before} → ${done.seats.after}.`,
  });
}

function describe(change: RetroactiveChange): string {
  const head = `${change.account}, from ${change.from}: plan ${change.oldPlan} → ${change.newPlan}, seats ${change.seats.before} → ${change.seats.after} (as known ${change.knownAt})`;
  const calls = table(
    [
      { title: 'month' },
      { title: 'class' },
      { title: 'calls', align: 'right' },
      { title: 'talk time', align: 'right' },
      { title: 'charged €', align: 'right' },
      { title: 'then €', align: 'right' },
    ],
    [
      ...change.byPeriod.map((row) => [
        row.period,
        row.class,
        withSeparators(row.calls),
        clockTime(row.seconds),
        row.chargeBefore,
        row.chargeAfter,
      ]),
      [
        'calls',
        '',
        withSeparators(change.calls.affected),
        clockTime(change.calls.seconds),
        change.callCharges.before,
        change.callCharges.after,
      ],
      ['fees', '', '', '', change.subscriptionFees.before, change.subscriptionFees.after],
    ],
  );
  const documents = table(
    [
      { title: 'document' },
      { title: 'month' },
      { title: 'net €', align: 'right' },
      { title: 'VAT €', align: 'right' },
      { title: 'total €', align: 'right' },
    ],
    [
      ...change.documents.map(({ kind, period, net, vat, total }) => [kind, period, net, vat, total]),
      ['together', '', change.net, change.vat, change.total],
    ],
  );
  return `${head}\n\n${calls}\n\n${documents}`;
}
