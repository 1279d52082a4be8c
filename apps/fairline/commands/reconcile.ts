import type { Command } from 'commander';
import type { LocalDate } from '#calendar/local-date.js';
import type { Reconciliation } from '../../reconciliation.js';
import { asDay, inOrder } from '../arguments.js';
import { type Face, PartlyRefused } from '../face.js';
import { counted, table, withSeparators } from '../table.js';

export function reconcileCommand(program: Command, face: () => Face): void {
  program
    .command('reconcile')
    .description(
      'Account for every record: read = stored + duplicates + quarantined; stored = rated = counted in usage; charged = drafted + unbilled. Ends with 1 when anything differs.',
    )
    .requiredOption('--from <day>', 'first day', asDay('--from'))
    .requiredOption('--to <day>', 'last day, inclusive', asDay('--to'))
    .addHelpText('after', '\nExample: fairline reconcile --from 2026-10-01 --to 2026-10-31')
    .action((days: { from: LocalDate; to: LocalDate }) => runReconcile(face(), days));
}

async function runReconcile(face: Face, { from, to }: { from: LocalDate; to: LocalDate }): Promise<void> {
  inOrder(from, to);
  const { reconcile } = await import('../../reconciliation.js');
  const found = await face.withProgram((program) => reconcile(program, from, to));
  const answer = { document: found, human: describe(found) };
  if (found.differences.length === 0) return face.print(answer);
  throw new PartlyRefused(
    {
      code: 'differences-found',
      message: `${counted(found.differences.length, 'difference')} found; each is listed with the records behind it.`,
    },
    answer,
  );
}

const number = (title: string) => ({ title, align: 'right' as const });

function describe({ intake, calls, billing, differences }: Reconciliation): string {
  const read = table(
    [
      { title: 'read on' },
      { title: 'origin' },
      number('read'),
      number('stored'),
      number('opened'),
      number('duplicates'),
      number('quarantined'),
    ],
    intake.origins.map((one) => [
      one.day,
      one.origin,
      ...[one.read, one.stored, one.opened, one.duplicates, one.quarantined].map(withSeparators),
    ]),
  );
  const kept = table(
    [
      { title: 'quarantine' },
      number('quarantined'),
      number('open'),
      number('redriven'),
      number('discarded'),
      number('kept before'),
    ],
    intake.quarantine.map((one) => [
      one.origin,
      ...[one.quarantined, one.open, one.redriven, one.discarded, one.keptBefore].map(withSeparators),
    ]),
  );
  const used = table(
    [{ title: 'started on' }, number('stored = rated'), number('in usage'), number('charge €')],
    calls.map((day) => [day.day, withSeparators(day.stored), withSeparators(day.counted), day.charged]),
  );
  const billed = table(
    [{ title: 'month' }, number('charged €'), number('drafted €'), number('parked €'), number('unbilled €')],
    billing.map((one) => [
      one.period,
      ...[one.charged, one.drafted, one.parked, one.unbilled].map((amount) => amount ?? '-'),
    ]),
  );
  const inWork = intake.batchesInWork === 0 ? [] : [`${counted(intake.batchesInWork, 'batch')} in work`];
  const end = differences.length === 0 ? ['Everything balances.'] : differences;
  const sections = [
    ...(intake.origins.length === 0 ? ['Nothing was read on these days.'] : [read]),
    ...(intake.quarantine.length === 0 ? [] : [kept]),
    ...(calls.length === 0 ? [] : [used]),
    billed,
    ...inWork,
    end.join('\n'),
  ];
  return sections.join('\n\n');
}
