import { Command, CommanderError } from 'commander';
import { type Failure, EXIT, failureOf } from '../failure.js';
import { commandGroups } from './command-groups.js';
import { Face, PartlyRefused } from './face.js';
import { type Terminal, write } from './terminal.js';

export const VERSION = '0.1.0';

const ABOUT = `Billing and fair use for hosted telephony: calls in, explainable charges, fair-use cases and invoices out.

Without DATABASE_URL everything lives in an embedded PostgreSQL in FAIRLINE_DATA_DIR (default .fairline), which commands start, migrate and share. Commands given while "fairline start" runs on the same data directory use its PostgreSQL, and it carries out what follows from them; without a running server a command does that itself before it returns.`;

const SETTINGS = `
Settings: DATABASE_URL, FAIRLINE_DATA_DIR, FAIRLINE_PORT (3000), FAIRLINE_HOST (127.0.0.1), KAFKA_BROKERS, SMTP_URL
Exit codes: 0 done, 1 refused or a check failed, 2 wrong usage, 3 a needed service cannot be reached
Days (--from, --to) are of the billing time zone, Europe/Amsterdam, and inclusive.`;

/** The whole command line, for parsing and for its documentation. */
export function commandLine(terminal: Terminal): Command {
  const program = new Command('fairline');
  program
    .description(ABOUT)
    .version(VERSION, '--version', 'print the version')
    .option(
      '--json',
      'exactly one JSON document on stdout (or JSON Lines where said), everything else on stderr',
    )
    .helpOption('--help', 'explain the command')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, helpWidth: 110 })
    .addHelpText('after', SETTINGS)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      // Wrong usage is reported by runCli, as every other failure is.
      writeErr: () => undefined,
      outputError: () => undefined,
    });
  const face = () => new Face(terminal, program.opts<{ json?: boolean }>().json === true);
  for (const register of commandGroups) register(program, face);
  return program;
}

/**
 * Runs one command line.
 * @param args without the program's name
 * @returns the exit code
 */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = commandLine(terminal);
  const json = args.includes('--json');
  try {
    await program.parseAsync([...args], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    const failure =
      error instanceof CommanderError
        ? wrongUsageOf(error, args)
        : failureOf(error, terminal.environment.FAIRLINE_DATA_DIR || '.fairline');
    await report(failure, error, new Face(terminal, json));
    return failure.exitCode;
  }
}

async function report(failure: Failure, error: unknown, face: Face): Promise<void> {
  face.tell(`fairline: ${failure.refusal.message}`);
  const partial = error instanceof PartlyRefused ? error.answer : undefined;
  if (!face.json) {
    if (partial !== undefined) await face.print(partial);
    return;
  }
  const { code, message, details } = failure.refusal;
  const { document } = partial ?? { document: {} };
  const beside =
    typeof document === 'object' && document !== null && !Array.isArray(document) ? document : {};
  await write(
    face.terminal.stdout,
    `${JSON.stringify({ ...beside, error: { code, message, details: details ?? null } })}\n`,
  );
}

function wrongUsageOf(error: CommanderError, args: readonly string[]): Failure {
  const words =
    error.code === 'commander.unknownCommand'
      ? []
      : args.filter((arg) => /^[a-z][a-z-]*$/.test(arg)).slice(0, 1);
  const help = ['fairline', ...words, '--help'].join(' ');
  const reason =
    error.code === 'commander.help'
      ? 'a command is missing'
      : error.message
          .replace(/^error: /, '')
          .split('\n')
          .join(' ');
  return {
    exitCode: EXIT.wrongUsage,
    refusal: { code: 'wrong-usage', message: `${reason.replace(/\.$/, '')}. "${help}" explains.` },
  };
}
