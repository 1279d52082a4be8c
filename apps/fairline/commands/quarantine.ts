import type { Command } from 'commander';
import type { QuarantinePage as QuarantineFilter } from '#call-log/quarantine/list-quarantine/list-quarantine.js';
import { asChoice, asId, asKey, asWholeNumber } from '../arguments.js';
import type { Face } from '../face.js';
import { table } from '../table.js';

const CODES = [
  'unreadable',
  'invalid',
  'implausible',
  'unknown-account',
  'no-subscription',
  'no-rate',
  'conflict',
] as const satisfies readonly NonNullable<QuarantineFilter['code']>[];

export function quarantineCommands(program: Command, face: () => Face): void {
  program
    .command('quarantine')
    .description('Call records that were not accepted, each with the reason and its original bytes.')
    .command('list')
    .description('List them, latest first.')
    .option('--code <code>', `only with this reason: ${CODES.join(', ')}`, asChoice('--code', CODES))
    .option('--account <account>', 'only of this account', asKey('--account'))
    .option(
      '--limit <number>',
      'at most so many, 1 to 1000 (default 200)',
      asWholeNumber('--limit', 1, 1_000),
    )
    .option('--after <id>', 'go on after this record of an earlier list', asId('--after'))
    .addHelpText('after', '\nExample: fairline quarantine list --code no-rate --json')
    .action((filter: QuarantineFilter) => list(face(), filter));
}

async function list(face: Face, filter: QuarantineFilter): Promise<void> {
  const { ListQuarantine } = await import('#call-log/quarantine/list-quarantine/list-quarantine.js');
  const records = await face.withProgram(({ queries }) => queries.execute(new ListQuarantine(filter)));
  await face.print({
    document: records,
    human:
      records.length === 0
        ? 'Nothing is in quarantine.'
        : table(
            [{ title: 'code' }, { title: 'origin' }, { title: 'call' }, { title: 'reason' }],
            records.map((record) => [
              record.code,
              `${record.origin}:${record.position}`,
              record.source === null ? '-' : `${record.source}/${record.callId ?? '-'}`,
              record.reason,
            ]),
          ),
  });
}
