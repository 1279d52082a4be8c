import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { runCli } from '#apps/fairline/cli.js';

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs command lines in this process on one database and one data directory. */
export class CommandLine {
  readonly dataDirectory = mkdtempSync(join(tmpdir(), 'fairline-cli-'));

  constructor(private readonly environment: NodeJS.ProcessEnv) {}

  async run(...args: string[]): Promise<CommandResult> {
    return this.runWith(this.environment, args);
  }

  async runWith(environment: NodeJS.ProcessEnv, args: readonly string[]): Promise<CommandResult> {
    const stdout = new Collected();
    const stderr = new Collected();
    const exitCode = await runCli(args, {
      stdout,
      stderr,
      environment: { FAIRLINE_DATA_DIR: this.dataDirectory, ...environment },
      signal: new AbortController().signal,
    });
    return { exitCode, stdout: stdout.text, stderr: stderr.text };
  }

  /** @throws Error when the command fails or does not print exactly one JSON document */
  async json(...args: string[]): Promise<unknown> {
    const { exitCode, stdout, stderr } = await this.run(...args, '--json');
    if (exitCode !== 0) throw new Error(`fairline ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
    return JSON.parse(stdout);
  }

  remove(): void {
    rmSync(this.dataDirectory, { recursive: true, force: true });
  }
}

class Collected extends Writable {
  text = '';

  override _write(chunk: Buffer | string, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
