import type { Writable } from 'node:stream';

/** The demo as a person reads it: numbered steps with short lines below each. */
export class Story {
  private step = 0;
  private readonly startedAt = performance.now();

  constructor(private readonly out: Writable) {}

  heading(title: string): void {
    this.step += 1;
    this.out.write(`\n${this.step}. ${title}\n`);
  }

  line(text = ''): void {
    this.out.write(text === '' ? '\n' : `   ${text}\n`);
  }

  /** A table, a letter: text of several lines. */
  block(text: string, margin = '   '): void {
    for (const line of text.split('\n')) this.out.write(line === '' ? '\n' : `${margin}${line}\n`);
  }

  get seconds(): number {
    return (performance.now() - this.startedAt) / 1000;
  }
}

export function number(value: number): string {
  return Math.round(value).toLocaleString('en-GB');
}

/** `12:34` hours of talk. */
export function hours(seconds: number): string {
  return `${number(seconds / 3600)} h`;
}

/** A decimal string with thousands separated, as it is read aloud: `1,234.50`. */
export function euro(decimal: string): string {
  const [whole = '0', fraction] = decimal.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `€ ${fraction === undefined ? grouped : `${grouped}.${fraction}`}`;
}

/** At a space, at most so wide. */
export function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}
