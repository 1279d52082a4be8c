import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { RedriveReport } from '#call-log/quarantine/redrive/redrive-report.js';
import type { Selection } from '#call-log/quarantine/store/selection.js';
import { type Outcome, refused } from '#outcome/outcome.js';
import type { Program } from '../../program.js';
import { asId, asWholeNumber, whoActs, wrongUsage } from '../arguments.js';
import { type Face, valueOf } from '../face.js';
import { Progress } from '../progress.js';
import { table } from '../table.js';
import { type FilterOptions, filterOf, filterOptions } from './quarantine-selection.js';

interface RedriveArguments extends FilterOptions {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly with?: string;
  readonly reason?: string;
  readonly by?: string;
}

interface DiscardArguments extends FilterOptions {
  readonly all?: boolean;
  readonly reason: string;
  readonly expect?: number;
  readonly yes?: boolean;
  readonly by?: string;
}

const ids = (given: string, before: string[] | undefined) => [...(before ?? []), asId('record')(given)];

export function quarantineActions(quarantine: Command, face: () => Face): void {
  filterOptions(
    quarantine
      .command('redrive')
      .argument('[records...]', 'ids of records; or give a filter, or --all', ids)
      .description('Store records again, by the ordinary way in. What would not pass stays open.'),
  )
    .option('--all', 'every open record')
    .option('--dry-run', 'only say how many would pass now')
    .option('--with <file>', 'store this corrected record in the place of the one that is named')
    .option('--reason <text>', 'why; kept with the records')
    .option('--by <person>', 'who decides; default the login')
    .addHelpText('after', '\nExample: fairline quarantine redrive --code no-rate --dry-run')
    .action((records: string[] | undefined, options: RedriveArguments) => redrive(face(), records, options));
  filterOptions(
    quarantine
      .command('discard')
      .argument('[records...]', 'ids of records; or give a filter, or --all', ids)
      .description('Decide that records are no calls. They are kept, with the reason.'),
  )
    .option('--all', 'every open record')
    .requiredOption('--reason <text>', 'why; kept with the records')
    .option(
      '--expect <number>',
      'how many match; the command without it says so',
      asWholeNumber('--expect', 0, 1_000_000_000),
    )
    .option('--yes', 'whatever their number')
    .option('--by <person>', 'who decides; default the login')
    .addHelpText(
      'after',
      '\nExample: fairline quarantine discard --origin file:test.jsonl --reason "test file" --expect 12',
    )
    .action((records: string[] | undefined, options: DiscardArguments) => discard(face(), records, options));
}

/** Nothing is selected by accident: a filter that names nothing needs --all. */
function selectionOf(
  records: readonly string[] | undefined,
  options: FilterOptions & { readonly all?: boolean },
): Selection {
  const filter = filterOf(options);
  const narrowed = Object.keys(filter).length > 0;
  if (records !== undefined && records.length > 0) {
    if (narrowed || options.all === true)
      throw wrongUsage('Name records, or give a filter; not both at once.');
    return { ids: records };
  }
  if (!narrowed && options.all !== true)
    throw wrongUsage('Say which records: their ids, a filter such as --code no-rate, or --all.');
  return { filter };
}

async function redrive(face: Face, records: string[] | undefined, options: RedriveArguments): Promise<void> {
  const selection = selectionOf(records, options);
  const who = whoActs(options.by);
  const correction = options.with === undefined ? undefined : valueOf(await correctionIn(options.with));
  const progress = new Progress(face.terminal, 'records');
  const because = options.reason === undefined ? {} : { because: options.reason };
  const dryRun = options.dryRun === true;
  const report = await face.withProgram(
    async ({ commands }) => {
      const { RedriveCorrected, RedriveQuarantined } =
        await import('#call-log/quarantine/redrive/redrive-quarantined.js');
      if (correction !== undefined) {
        const record = onlyOne(selection);
        return valueOf(
          await commands.execute(new RedriveCorrected(record, correction, who, { ...because, dryRun })),
        );
      }
      const { signal } = face.terminal;
      const onProgress = (done: number) => progress.update(done);
      const settings = { ...because, dryRun, signal, onProgress };
      return valueOf(await commands.execute(new RedriveQuarantined(selection, who, settings)));
    },
    { decides: !dryRun },
  );
  progress.end();
  await face.print({ document: report, human: describe(report) });
}

function onlyOne(selection: Selection): string {
  const [first, second] = 'ids' in selection ? selection.ids : [];
  if (first === undefined || second !== undefined)
    throw wrongUsage('--with is one record: name the one in whose place it is stored.');
  return first;
}

const MAXIMUM_CORRECTION_BYTES = 20 * 1024;

/** A final line break belongs to the file, not to the record. */
async function correctionIn(path: string): Promise<Outcome<Buffer>> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return refused('no-such-file', `${path} can't be read (${reason}).`);
  }
  if (bytes.length > MAXIMUM_CORRECTION_BYTES)
    return refused('file-too-large', `${path} is larger than a record can be (16 KiB).`);
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end -= 1;
  return { ok: true, value: bytes.subarray(0, end) };
}

function describe(report: RedriveReport): string {
  const { records, accepted, duplicates, quarantined, alreadyClosed, dryRun, results } = report;
  const pass = accepted + duplicates;
  const refusals = Object.entries(quarantined).map(([code, count]) => `${count} ${code}`);
  const closed = alreadyClosed === 0 ? '' : `; ${alreadyClosed} had been closed before`;
  const first = dryRun
    ? `${pass} of ${records} would now pass`
    : `${pass} of ${records} stored (${accepted} new, ${duplicates} in the log already)`;
  const staying = results.filter(({ code }) => code !== null);
  return [
    `${first}${refusals.length === 0 ? '' : `; in quarantine stay ${refusals.join(', ')}`}${closed}.`,
    ...(staying.length === 0
      ? []
      : [
          table(
            [{ title: 'id' }, { title: 'code' }, { title: 'reason' }],
            staying.slice(0, 20).map(({ id, code, reason }) => [id, code ?? '', reason ?? '']),
          ),
        ]),
  ].join('\n');
}

async function discard(face: Face, records: string[] | undefined, options: DiscardArguments): Promise<void> {
  const selection = selectionOf(records, options);
  const who = whoActs(options.by);
  const report = await face.withProgram(
    async (program) => {
      const { DiscardQuarantined } = await import('#call-log/quarantine/discard/discard-quarantined.js');
      const expected = await expectedCount(program, selection, options);
      return valueOf(
        await program.commands.execute(
          new DiscardQuarantined(selection, options.reason, who, {
            ...(expected === undefined ? {} : { expected }),
            signal: face.terminal.signal,
          }),
        ),
      );
    },
    { decides: true },
  );
  const before = report.alreadyClosed === 0 ? '' : `; ${report.alreadyClosed} had been closed before`;
  await face.print({ document: report, human: `${report.discarded} discarded${before}.` });
}

async function expectedCount(
  { database }: Program,
  selection: Selection,
  { expect, yes }: DiscardArguments,
): Promise<number | undefined> {
  if (yes !== true || !('filter' in selection)) return expect;
  const { countOpen } = await import('#call-log/quarantine/store/quarantine-pages.js');
  return countOpen(database, selection.filter);
}
