import type { Command } from 'commander';
import type { ShownRecord } from '#call-log/quarantine/show-record/show-quarantined.js';
import type { QuarantineStatus } from '#call-log/quarantine/store/quarantine-filter.js';
import type { QuarantineSummary } from '#call-log/quarantine/summarise/summarise-quarantine.js';
import { asChoice, asId, asWholeNumber, whoActs } from '../arguments.js';
import { type Face, valueOf } from '../face.js';
import { table } from '../table.js';
import { write } from '../terminal.js';
import { quarantineActions } from './quarantine-actions.js';
import { type FilterOptions, filterOf, filterOptions } from './quarantine-selection.js';

const STATUSES = ['open', 'redriven', 'discarded'] as const satisfies readonly QuarantineStatus[];

interface ReadOptions extends FilterOptions {
  readonly status?: QuarantineStatus;
  readonly by?: string;
}

export function quarantineCommands(program: Command, face: () => Face): void {
  const quarantine = program
    .command('quarantine')
    .description('Call records that were not accepted, each with the reason and its original bytes.');
  readOptions(quarantine.command('list').description('List them, latest first.'))
    .option(
      '--limit <number>',
      'at most so many, 1 to 1000 (default 200)',
      asWholeNumber('--limit', 1, 1_000),
    )
    .option('--after <id>', 'go on after this record of an earlier list', asId('--after'))
    .addHelpText('after', '\nExample: fairline quarantine list --code no-rate --json')
    .action((options: ReadOptions & { limit?: number; after?: string }) => list(face(), options));
  quarantine
    .command('summary')
    .description('How many there are per reason, source and status, and how long the oldest has waited.')
    .addHelpText('after', '\nExample: fairline quarantine summary')
    .action(() => summary(face()));
  quarantine
    .command('show')
    .argument('<record>', 'id of the record', asId('record'))
    .description(
      'Show one record: its bytes, what was done with it, and of a conflict both versions side by side.',
    )
    .option('--by <person>', 'who looks; default the login')
    .addHelpText('after', '\nExample: fairline quarantine show 0f8fad5b-d9cb-569f-a165-70867728950e')
    .action((id: string, { by }: { by?: string }) => show(face(), id, by));
  readOptions(
    quarantine
      .command('export')
      .description('Write every record that matches as JSON Lines on stdout, first received first.'),
  )
    .addHelpText('after', '\nExample: fairline quarantine export --code invalid > invalid.jsonl')
    .action((options: ReadOptions) => exportRecords(face(), options));
  quarantineActions(quarantine, face);
}

function readOptions(command: Command): Command {
  return filterOptions(command)
    .option(
      '--status <status>',
      `only with this status: ${STATUSES.join(', ')}`,
      asChoice('--status', STATUSES),
    )
    .option('--by <person>', 'who looks; default the login');
}

function readFilter({ status, ...options }: ReadOptions) {
  return { ...filterOf(options), ...(status === undefined ? {} : { status }) };
}

async function list(face: Face, options: ReadOptions & { limit?: number; after?: string }): Promise<void> {
  const { ListQuarantine } = await import('#call-log/quarantine/list-quarantine/list-quarantine.js');
  const { limit, after } = options;
  const page = {
    ...readFilter(options),
    ...(limit === undefined ? {} : { limit }),
    ...(after === undefined ? {} : { after }),
  };
  const who = whoActs(options.by);
  const records = await face.withProgram(({ queries }) => queries.execute(new ListQuarantine(page, who)));
  await face.print({
    document: records,
    human:
      records.length === 0
        ? 'Nothing is in quarantine.'
        : table(
            [
              { title: 'id' },
              { title: 'code' },
              { title: 'status' },
              { title: 'origin' },
              { title: 'call' },
              { title: 'reason' },
            ],
            records.map((record) => [
              record.id,
              record.code,
              record.status,
              `${record.origin}:${record.position}`,
              record.source === null ? '-' : `${record.source}/${record.callId ?? '-'}`,
              record.reason,
            ]),
          ),
  });
}

async function summary(face: Face): Promise<void> {
  const { SummariseQuarantine } = await import('#call-log/quarantine/summarise/summarise-quarantine.js');
  const found = await face.withProgram(({ queries }) => queries.execute(new SummariseQuarantine()));
  await face.print({ document: found, human: describeSummary(found) });
}

function describeSummary({ open, byCode, groups }: QuarantineSummary): string {
  if (groups.length === 0) return 'Nothing is in quarantine.';
  const oldest = byCode.map(({ code, oldestReceivedAt }) => `${code} since ${oldestReceivedAt}`).join(', ');
  const rows = groups.map((one) => [one.code, one.source ?? '-', one.status, String(one.records)]);
  const columns = [
    { title: 'code' },
    { title: 'source' },
    { title: 'status' },
    { title: 'records', align: 'right' as const },
  ];
  const waiting = open === 0 ? 'None is open.' : `${open} open; the oldest: ${oldest}`;
  return `${table(columns, rows)}\n${waiting}`;
}

async function show(face: Face, id: string, by: string | undefined): Promise<void> {
  const { ShowQuarantined } = await import('#call-log/quarantine/show-record/show-quarantined.js');
  const who = whoActs(by);
  const record = await face.withProgram(async ({ queries }) =>
    valueOf(await queries.execute(new ShowQuarantined(id, who))),
  );
  await face.print({ document: record, human: describeRecord(record) });
}

function describeRecord(record: ShownRecord): string {
  const differing = record.conflict?.differing ?? [];
  return [
    `${record.id}  ${record.code}, ${record.status}`,
    `${record.origin}:${record.position}, received ${record.receivedAt}${record.account === null ? '' : `, account ${record.account}`}`,
    record.reason,
    '',
    record.encoding === 'base64' ? `base64: ${record.raw}` : record.raw,
    ...(differing.length === 0
      ? []
      : [
          '',
          table(
            [{ title: 'field' }, { title: 'in the log' }, { title: 'this record' }],
            differing.map((one) => [one.field, String(one.first ?? '-'), String(one.second ?? '-')]),
          ),
        ]),
    ...(record.insteadOf === null ? [] : ['', `Kept in the place of ${record.insteadOf}.`]),
    ...(record.history.length === 0 ? [] : ['', ...record.history.map(describeStep)]),
  ].join('\n');
}

function describeStep(step: ShownRecord['history'][number]): string {
  const now = step.code === null ? '' : `: ${step.code}, ${step.reason ?? ''}`;
  const where = step.keptAs === null ? '' : ` as ${step.keptAs}`;
  const why = step.because === null ? '' : ` ("${step.because}")`;
  const corrected = step.correction === null ? '' : ` with the correction ${step.correction.raw}`;
  return `${step.at} ${step.by}: ${step.result}${where}${corrected}${now}${why}`;
}

/** JSON Lines whether or not --json is given; memory is bounded by a page. */
async function exportRecords(face: Face, options: ReadOptions): Promise<void> {
  const { ExportQuarantine } = await import('#call-log/quarantine/export-records/export-quarantine.js');
  const { stdout, signal } = face.terminal;
  const who = whoActs(options.by);
  await face.withProgram(async ({ app }) => {
    let exported = 0;
    for await (const page of app.get(ExportQuarantine).pages(readFilter(options), who)) {
      await write(stdout, `${page.map((record) => JSON.stringify(record)).join('\n')}\n`);
      exported += page.length;
      if (signal.aborted) break;
    }
    face.tell(`${exported} record(s) exported`);
  });
}
