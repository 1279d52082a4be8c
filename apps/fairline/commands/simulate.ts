import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { LocalDate } from '#calendar/local-date.js';
import { asDay, asWholeNumber, wrongUsage } from '../arguments.js';
import { type Face, valueOf } from '../face.js';
import { Progress } from '../progress.js';
import { counted, table } from '../table.js';

interface SimulateOptions {
  readonly accounts: number;
  readonly days: number;
  readonly seed: number;
  readonly from?: LocalDate;
  readonly to: string;
}

export function simulateCommand(program: Command, face: () => Face): void {
  program
    .command('simulate')
    .description(
      'Make up a customer base and its calls, abusers and innocent look-alikes included: the same files for the same seed. --json gives the planted abusers.',
    )
    .option('--accounts <number>', 'how many customers', asWholeNumber('--accounts', 1, 30_000), 200)
    .option('--days <number>', 'how many days of calls', asWholeNumber('--days', 1, 1_100), 62)
    .option(
      '--seed <number>',
      'another one gives other customers',
      asWholeNumber('--seed', 0, 999_999_999_999_999),
      1,
    )
    .option('--from <day>', 'first day of calls (default 2026-09-01)', asDay('--from'))
    .option('--to <directory>', 'directory for catalogue, tariff, accounts and calls', 'simulation')
    .addHelpText('after', '\nExample: fairline simulate --accounts 200 --days 62 --seed 7 --to ./october')
    .action((options: SimulateOptions) => simulate(face(), options));
}

async function simulate(face: Face, { to, ...options }: SimulateOptions): Promise<void> {
  if (to === 'kafka') {
    throw wrongUsage('--to kafka is not in this version; give a directory, and load its files.');
  }
  const { writeSimulation } = await import('#simulation/simulate.js');
  const progress = new Progress(face.terminal, 'bytes');
  const { signal } = face.terminal;
  const directory = resolve(to);
  const written = valueOf(
    await writeSimulation(options, directory, { signal, onProgress: (bytes) => progress.update(bytes) }),
  );
  progress.end();
  const { files, planted, manifest } = written;
  await face.print({
    document: { files, planted, manifest },
    human: [
      `${counted(manifest.records, 'record')} of ${counted(options.accounts, 'account')} over ${counted(options.days, 'day')} in ${directory}`,
      '',
      table(
        [
          { title: 'account' },
          { title: 'planted' },
          { title: 'must be found by' },
          { title: 'what it does' },
        ],
        planted.map((one) => [one.account ?? 'everybody', one.kind, one.rule ?? '-', one.description]),
      ),
      '',
      `Load them: fairline load catalogue ${files.catalogue} && fairline load tariff ${files.tariff} && fairline load accounts ${files.accounts} && fairline load calls ${files.calls}`,
    ].join('\n'),
  });
}
