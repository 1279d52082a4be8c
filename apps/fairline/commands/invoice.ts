import type { Command } from 'commander';
import type { Period } from '#calendar/local-date.js';
import type { ShownDraftInvoice } from '#invoicing/show-draft-invoice/show-draft-invoice.js';
import type { ShownLine } from '#invoicing/show-draft-invoice/shown-draft.js';
import { asKey, asPeriod, asWholeNumber } from '../arguments.js';
import { type Face, valueOf } from '../face.js';
import { table, withSeparators } from '../table.js';

interface ListOptions {
  readonly period: Period;
  readonly parkedOnly?: boolean;
  readonly limit?: number;
  readonly after?: string;
}

export function invoiceCommands(program: Command, face: () => Face): void {
  const invoice = program.command('invoice').description('The draft invoices of a month.');
  invoice
    .command('list')
    .description('The drafts of a bill run, in order of account ids.')
    .requiredOption('--period <period>', 'the month', asPeriod('--period'))
    .option('--parked-only', 'only those that are held back')
    .option(
      '--limit <number>',
      'at most so many, 1 to 1000 (default 200)',
      asWholeNumber('--limit', 1, 1_000),
    )
    .option('--after <account>', 'go on after this account of an earlier list', asKey('--after'))
    .addHelpText('after', '\nExample: fairline invoice list --period 2026-10')
    .action((options: ListOptions) => list(face(), options));
  invoice
    .command('show')
    .argument('<account>', 'id of the account', asKey('account'))
    .description('One draft with its lines, VAT per category and totals.')
    .requiredOption('--period <period>', 'the month', asPeriod('--period'))
    .option('--live', 'what it would be now, whatever the bill run has')
    .addHelpText('after', '\nExample: fairline invoice show A1001 --period 2026-10')
    .action((account: string, options: { period: Period; live?: boolean }) => show(face(), account, options));
}

async function list(face: Face, { period, ...filter }: ListOptions): Promise<void> {
  const { ListDrafts } = await import('#invoicing/list-drafts/list-drafts.js');
  const drafts = await face.withProgram(async ({ queries }) =>
    valueOf(await queries.execute(new ListDrafts(period, filter))),
  );
  await face.print({
    document: drafts,
    human: table(
      [
        { title: 'account' },
        { title: 'net €', align: 'right' },
        { title: 'VAT €', align: 'right' },
        { title: 'total €', align: 'right' },
        { title: '' },
      ],
      drafts.map((draft) => [
        draft.account,
        draft.net,
        draft.vatTotal,
        draft.total,
        draft.parked ? 'parked' : '',
      ]),
    ),
  });
}

async function show(
  face: Face,
  account: string,
  { period, ...options }: { period: Period; live?: boolean },
): Promise<void> {
  const { ShowDraftInvoice } = await import('#invoicing/show-draft-invoice/show-draft-invoice.js');
  const draft = await face.withProgram(async ({ queries }) =>
    valueOf(await queries.execute(new ShowDraftInvoice(account, period, options))),
  );
  await face.print({ document: draft, human: describe(draft) });
}

function describe(draft: ShownDraftInvoice): string {
  const lines = table(
    [
      { title: 'line' },
      { title: 'quantity', align: 'right' },
      { title: 'net €', align: 'right' },
      { title: 'VAT %', align: 'right' },
    ],
    [
      ...draft.lines.map((line) => [...wordsOf(line), line.net, line.vatRate]),
      ['net', '', draft.net, ''],
      ...draft.vat.map(({ rate, vat }) => [`VAT ${rate} %`, '', vat, '']),
      ['total', '', draft.total, ''],
    ],
  );
  const parked = draft.parked.map(({ message }) => `Parked: ${message}`);
  const source =
    draft.source === 'live' ? 'as it would be now' : `bill run, revision ${draft.revision ?? '-'}`;
  return [`Draft invoice of ${draft.account} for ${draft.period} (${source})`, '', lines, ...parked].join(
    '\n',
  );
}

function wordsOf(line: ShownLine): [string, string] {
  return line.kind === 'usage'
    ? [`${line.name.en}, ${withSeparators(line.calls)} call(s)`, `${withSeparators(line.seconds)} s`]
    : [
        `${line.name.en}, ${line.from} … ${line.through}`,
        `${withSeparators(line.seats)} × ${line.pricePerSeat}`,
      ];
}
