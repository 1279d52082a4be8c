import type { Command } from 'commander';
import { asWholeNumber } from '../arguments.js';
import type { Face } from '../face.js';

interface DemoOptions {
  readonly exit?: boolean;
  readonly accounts: number;
  readonly seed: number;
}

export function demoCommand(program: Command, face: () => Face): void {
  program
    .command('demo')
    .description(
      'A realistic month in one go, on a database of its own in the data directory: calls in, usage, who uses excessively and why, the notice, a measure with its retroactive charge, draft invoices, verification. Then the API stays up until Ctrl-C.',
    )
    .option('--exit', 'end after the story')
    .option('--accounts <number>', 'how many customers', asWholeNumber('--accounts', 60, 5_000), 200)
    .option('--seed <number>', 'another made-up customer base', asWholeNumber('--seed', 0, 2 ** 32), 7)
    .addHelpText('after', '\nExample: fairline demo --exit')
    .action((options: DemoOptions) => demo(face(), options));
}

async function demo(face: Face, options: DemoOptions): Promise<void> {
  const settings = face.settings();
  const [{ runDemo }, { untilToldToStop }] = await Promise.all([
    import('./run-demo.js'),
    import('../../service.js'),
  ]);
  const { stop } = await runDemo(settings, { ...options, stays: options.exit !== true }, face.terminal);
  if (options.exit === true) await stop();
  else await untilToldToStop('fairline demo', stop);
}
