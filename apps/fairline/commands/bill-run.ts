import type { Command } from 'commander';
import type { Period } from '#calendar/local-date.js';
import type { ShownBillRun, ShownTotals } from '#invoicing/show-bill-run/show-bill-run.js';
import { asPeriod, whoActs } from '../arguments.js';
import { type Face, valueOf } from '../face.js';
import { counted, table, withSeparators } from '../table.js';

export function billRunCommands(program: Command, face: () => Face): void {
  const billRun = program
    .command('bill-run')
    .description(
      'The draft invoices of a month: control totals, what is parked and why, differences to last month.',
    );
  billRun
    .command('start')
    .argument('<period>', 'the month, such as 2026-10', asPeriod('period'))
    .description('Draft every invoice of a month, or draft them again.')
    .option('--allow-open', 'also a month that is not over; its figures are of a running month')
    .option('--by <person>', 'who decides; default the login')
    .addHelpText('after', '\nExample: fairline bill-run start 2026-10')
    .action((period: Period, options: { allowOpen?: boolean; by?: string }) =>
      start(face(), period, options),
    );
  billRun
    .command('show')
    .argument('<period>', 'the month', asPeriod('period'))
    .description('Control totals, parked accounts with reasons, and the biggest differences to last month.')
    .addHelpText('after', '\nExample: fairline bill-run show 2026-10')
    .action((period: Period) => show(face(), period));
}

async function start(
  face: Face,
  period: Period,
  { by, ...options }: { allowOpen?: boolean; by?: string },
): Promise<void> {
  const { StartBillRun } = await import('#invoicing/start-bill-run/start-bill-run.js');
  const { ShowBillRun } = await import('#invoicing/show-bill-run/show-bill-run.js');
  const who = whoActs(by);
  const { started, run } = await face.withProgram(
    async ({ commands, queries }) => ({
      started: valueOf(await commands.execute(new StartBillRun(period, who, options))),
      run: valueOf(await queries.execute(new ShowBillRun(period))),
    }),
    { decides: true },
  );
  await face.print({ document: { ...started, ...run }, human: describe(run) });
}

async function show(face: Face, period: Period): Promise<void> {
  const { ShowBillRun } = await import('#invoicing/show-bill-run/show-bill-run.js');
  const run = await face.withProgram(async ({ queries }) =>
    valueOf(await queries.execute(new ShowBillRun(period))),
  );
  await face.print({ document: run, human: describe(run) });
}

function describe(run: ShownBillRun): string {
  const row = (name: string, totals: ShownTotals) => [
    name,
    withSeparators(totals.documents),
    totals.subscriptionFees,
    totals.addOnFees,
    totals.usageNet,
    totals.net,
    totals.vatTotal,
    totals.total,
  ];
  const totals = table(
    [
      { title: '' },
      ...['documents', 'seats €', 'add-ons €', 'usage €', 'net €', 'VAT €', 'total €'].map((title) => ({
        title,
        align: 'right' as const,
      })),
    ],
    [row('can go out', run.totals), row('parked', run.parkedTotals)],
  );
  const parked = run.parked.map(
    ({ account, net, reasons }) =>
      `  ${account} (${net} €): ${reasons.map(({ message }) => message).join(' ')}`,
  );
  const { movers, comparedWith } = run.differences;
  const moved = movers
    .slice(0, 10)
    .map(
      (one) =>
        `  ${one.account}: ${one.netBefore ?? '-'} → ${one.netNow ?? '-'} (${one.change} €, ${one.kind})`,
    );
  return [
    `Bill run ${run.period}, revision ${run.revision}, drafted ${run.draftedAt} by ${run.draftedBy}${run.complete ? '' : ' (the month is not over)'}`,
    '',
    totals,
    ...(parked.length === 0 ? [] : ['', `Parked: ${counted(run.parked.length, 'account')}`, ...parked]),
    ...(moved.length === 0
      ? []
      : [
          '',
          `Biggest differences to last month (${comparedWith === 'bill-run' ? 'its bill run' : 'computed'})`,
          ...moved,
        ]),
  ].join('\n');
}
