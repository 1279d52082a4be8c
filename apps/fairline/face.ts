import { type Outcome, type Refusal, RefusedError } from '#outcome/outcome.js';
import { type Settings, settingsFrom } from '#platform/config/settings.js';
import type { Program } from '../program.js';
import { type Terminal, write } from './terminal.js';

/** A document to print, or a refusal that still has something to show beside it. */
export interface Answer {
  readonly document: unknown;
  readonly human: string;
}

/** A check that found something, or a load of which a part was refused: it prints, and the command ends with the refusal's exit code. */
export class PartlyRefused extends RefusedError {
  constructor(
    refusal: Refusal,
    readonly answer: Answer,
  ) {
    super(refusal);
  }
}

const EFFECTS_PATIENCE_MILLIS = 60_000;

/** What every command needs: settings, the program, and one way to print. */
export class Face {
  constructor(
    readonly terminal: Terminal,
    readonly json: boolean,
  ) {}

  /** @throws RefusedError for a wrong variable */
  settings(): Settings {
    const settings = settingsFrom(this.terminal.environment);
    if (!settings.ok) throw new RefusedError(settings.refusal);
    return settings.value;
  }

  /** One JSON document, or what a person reads. */
  async print(answer: Answer): Promise<void> {
    const text = this.json ? this.documentText(answer.document) : answer.human;
    await write(this.terminal.stdout, text.endsWith('\n') || text === '' ? text : `${text}\n`);
  }

  private documentText(document: unknown): string {
    return this.terminal.stdout.isTTY === true ? JSON.stringify(document, null, 2) : JSON.stringify(document);
  }

  /** For a person who waits; never part of the result. */
  tell(sentence: string): void {
    this.terminal.stderr.write(`${sentence}\n`);
  }

  /**
   * Opens Fairline on the database of the settings, works, and closes it. `decides` says that events may come of it: then what follows
   * from them is there when this returns, run here or by the server that runs beside.
   */
  async withProgram<T>(
    work: (program: Program) => Promise<T>,
    options: { decides?: boolean } = {},
  ): Promise<T> {
    const settings = this.settings();
    // The framework is loaded once a command needs it: --help answers at once.
    const { openProgram } = await import('../program.js');
    const { allContexts } = await import('../contexts.js');
    const { prepareDataDirectory } = await import('../open-database.js');
    if (settings.databaseUrl === undefined) prepareDataDirectory(settings);
    const program = await openProgram({
      name: 'cli',
      settings,
      contexts: allContexts,
      migration: 'embedded',
    });
    try {
      const result = await work(program);
      if (options.decides === true) await settle(program);
      return result;
    } finally {
      await program.close();
    }
  }
}

/** @throws RefusedError `effects-pending` when what was decided stands and what follows from it does not yet */
export async function settle(program: Program): Promise<void> {
  const pending = (because: string) =>
    new RefusedError({
      code: 'effects-pending',
      message: `The decision is recorded, but what follows from it is not complete: ${because}. It is taken up again by "fairline start" or by the next command.`,
    });
  let behind: string[];
  try {
    behind = await program.followers.settle(program.runner, EFFECTS_PATIENCE_MILLIS);
  } catch (error) {
    throw pending(error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error));
  }
  if (behind.length > 0)
    throw pending(`${behind.join(', ')} did not come to the end of the feed within a minute`);
}

export function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new RefusedError(outcome.refusal);
  return outcome.value;
}
