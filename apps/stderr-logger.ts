import type { LoggerService } from '@nestjs/common';

type Level = 'log' | 'warn' | 'error';
const RANK: Readonly<Record<Level, number>> = { log: 0, warn: 1, error: 2 };

/** One line per message on stderr: stdout belongs to what was asked for. */
export class StderrLogger implements LoggerService {
  constructor(
    private readonly least: Level = 'warn',
    private readonly write: (line: string) => void = (line) => void process.stderr.write(line),
  ) {}

  log(message: unknown, ...rest: readonly unknown[]): void {
    this.print('log', message, rest);
  }

  warn(message: unknown, ...rest: readonly unknown[]): void {
    this.print('warn', message, rest);
  }

  error(message: unknown, ...rest: readonly unknown[]): void {
    this.print('error', message, rest);
  }

  /** Nest gives the context last, and for errors the stack before it; a stack is nothing for this stream. */
  private print(level: Level, message: unknown, rest: readonly unknown[]): void {
    if (RANK[level] < RANK[this.least]) return;
    const last = rest.at(-1);
    const context = typeof last === 'string' && !last.includes('\n') ? ` ${last}:` : '';
    const text = message instanceof Error ? message.message : String(message);
    this.write(`${new Date().toISOString()} ${level}${context} ${text}\n`);
  }
}
