import { isUtf8 } from 'node:buffer';
import { stat, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { type Instant, parseInstant } from '#calendar/instant.js';
import { type LocalDate, type Period, parseLocalDate, parsePeriod } from '#calendar/local-date.js';
import { type Outcome, RefusedError, accepted, refused } from '#outcome/outcome.js';
import { TEXT_KEY } from '#platform/identity/ids.js';

/** Ends the command with exit code 2. */
export function wrongUsage(message: string): RefusedError {
  return new RefusedError({ code: 'wrong-usage', message });
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const asDay =
  (name: string) =>
  (text: string): LocalDate => {
    const day = parseLocalDate(text);
    if (day === undefined) throw wrongUsage(`${name} "${text}" is not a day such as 2026-10-25.`);
    return day;
  };

export const asPeriod =
  (name: string) =>
  (text: string): Period => {
    const period = parsePeriod(text);
    if (period === undefined) throw wrongUsage(`${name} "${text}" is not a month such as 2026-10.`);
    return period;
  };

export const asInstant =
  (name: string) =>
  (text: string): Instant => {
    const at = parseInstant(text);
    if (at === undefined) {
      throw wrongUsage(
        `${name} "${text}" is not an instant with its offset, such as 2026-10-05T10:00:00+02:00.`,
      );
    }
    return at;
  };

export const asWholeNumber =
  (name: string, minimum: number, maximum: number) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= minimum && value <= maximum)) {
      throw wrongUsage(`${name} "${text}" is not a whole number from ${minimum} to ${maximum}.`);
    }
    return value;
  };

export const asChoice =
  <Choice extends string>(name: string, choices: readonly Choice[]) =>
  (text: string): Choice => {
    const chosen = choices.find((choice) => choice === text);
    if (chosen === undefined) throw wrongUsage(`${name} "${text}" is none of: ${choices.join(', ')}.`);
    return chosen;
  };

/** Ids that people give: accounts, plans, tariffs. */
export const asKey =
  (name: string) =>
  (text: string): string => {
    if (!TEXT_KEY.test(text)) {
      throw wrongUsage(`${name} "${text}" is no id: 1 to 64 of letters, digits, dot, hyphen and underscore.`);
    }
    return text;
  };

export const asId =
  (name: string) =>
  (text: string): string => {
    if (!UUID.test(text)) {
      throw wrongUsage(
        `${name} "${text}" is no id such as 0f8fad5b-d9cb-569f-a165-70867728950e; lists show them.`,
      );
    }
    return text.toLowerCase();
  };

/** @throws RefusedError wrong-usage when the days are the wrong way round */
export function inOrder(from: LocalDate, through: LocalDate): void {
  if (from > through) {
    throw wrongUsage(
      `--from ${from} is after --to ${through}. Both days are inclusive; give the earlier one first.`,
    );
  }
}

/** Who is at the keyboard, for decisions: `--by`, else the name of the login. */
export function whoActs(given: string | undefined): string {
  if (given !== undefined) return asKey('--by')(given);
  const name = userInfo()
    .username.replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 64);
  return name === '' ? 'cli' : name;
}

const MAXIMUM_BYTES = 256 * 1024 * 1024;

/** A whole text file. Refused: what is no file, can't be read, is too large, or is not UTF-8. */
export async function readTextFile(path: string): Promise<Outcome<string>> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) {
    return refused('no-such-file', `${path} is no file that can be read. Check its name and permissions.`);
  }
  if (found.size > MAXIMUM_BYTES) {
    return refused('file-too-large', `${path} is larger than 256 MiB. Split it into several files.`);
  }
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) {
    return refused('no-such-file', `${path} can't be read. Check its permissions.`);
  }
  if (!isUtf8(bytes)) {
    return refused('not-utf-8', `${path} is not UTF-8 text. Save it as UTF-8 and load it again.`);
  }
  return accepted(new TextDecoder().decode(bytes));
}
