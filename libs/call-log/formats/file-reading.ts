import type { Direction } from '../domain/call-record.js';
import type { AmbiguousRule } from './local-time.js';
import { AMBIGUOUS_RULES } from './local-time.js';
import { DIRECTION_RULES, type DirectionRule } from './direction.js';

export const CALL_FORMATS = [
  'fairline',
  'asterisk',
  'asterisk-custom',
  'freeswitch',
  'freeswitch-json',
  '3cx',
] as const;
export type CallFormat = (typeof CALL_FORMATS)[number];

/** What the switch's account code is to us. */
export const ACCOUNT_CODE_RULES = ['account', 'user', 'ignore'] as const;
export type AccountCodeRule = (typeof ACCOUNT_CODE_RULES)[number];

/**
 * How the rows of a file are read. All of it stands in the `origin` of the file's records, so that a record in quarantine can be read
 * again from its bytes, and a file that is loaded again in another way is another batch.
 */
export interface FileReading {
  readonly format: CallFormat;
  /** The switch, where the rows do not say. */
  readonly source?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly ambiguous: AmbiguousRule;
  /** Names of the columns in their order; of the header, the mapping or the command line. */
  readonly columns?: readonly string[] | undefined;
  readonly direction: DirectionRule;
  /** What calls in a context of the dial plan are; comes before `direction`. */
  readonly contexts: ReadonlyMap<string, Direction>;
  readonly accountCode: AccountCodeRule;
}

export const DEFAULT_READING: FileReading = {
  format: 'fairline',
  ambiguous: 'quarantine',
  direction: 'auto',
  contexts: new Map(),
  accountCode: 'account',
};

const MARK = '?format=';

/** `file:october.jsonl` for JSON Lines; what else there is to know stands behind a question mark. */
export function originOf(fileName: string, reading: FileReading): string {
  const isPlain = reading.format === 'fairline' && reading.columns === undefined;
  if (isPlain && reading.source === undefined && !fileName.includes(MARK)) return `file:${fileName}`;
  const told = new URLSearchParams({ format: reading.format });
  if (reading.source !== undefined) told.set('source', reading.source);
  if (reading.timeZone !== undefined) told.set('time-zone', reading.timeZone);
  if (reading.ambiguous !== DEFAULT_READING.ambiguous) told.set('ambiguous', reading.ambiguous);
  if (reading.direction !== DEFAULT_READING.direction) told.set('direction', reading.direction);
  if (reading.contexts.size > 0) told.set('contexts', contextsText(reading.contexts));
  if (reading.accountCode !== DEFAULT_READING.accountCode) told.set('account-code', reading.accountCode);
  if (reading.columns !== undefined) told.set('columns', reading.columns.join(','));
  // A slash or comma needs no escape here, and people read this.
  return `file:${fileName}?${told.toString().replaceAll('%2F', '/').replaceAll('%2C', ',').replaceAll('%3D', '=')}`;
}

/** @returns undefined for an origin whose records are the contracts' JSON objects: JSON Lines, HTTP, Kafka */
export function readingOf(origin: string): FileReading | undefined {
  const suffix = readingSuffix(origin);
  if (suffix === '') return undefined;
  const told = new URLSearchParams(suffix.slice(1));
  return {
    format: oneOf(CALL_FORMATS, told.get('format')) ?? 'fairline',
    source: told.get('source') ?? undefined,
    timeZone: told.get('time-zone') ?? undefined,
    ambiguous: oneOf(AMBIGUOUS_RULES, told.get('ambiguous')) ?? DEFAULT_READING.ambiguous,
    direction: oneOf(DIRECTION_RULES, told.get('direction')) ?? DEFAULT_READING.direction,
    contexts: contextsFrom(told.get('contexts') ?? '') ?? new Map(),
    accountCode: oneOf(ACCOUNT_CODE_RULES, told.get('account-code')) ?? DEFAULT_READING.accountCode,
    columns: told.get('columns')?.split(','),
  };
}

/** The part of an origin that tells how its records are read; put behind another origin it tells the same there. Mostly empty. */
export function readingSuffix(origin: string): string {
  const mark = /^(?:file|redrive|trial)/.test(origin) ? origin.lastIndexOf(MARK) : -1;
  return mark === -1 ? '' : origin.slice(mark);
}

/** `from-trunk=inbound,from-internal=outbound`. @returns undefined where it is not of that form */
export function contextsFrom(text: string): ReadonlyMap<string, Direction> | undefined {
  const contexts = new Map<string, Direction>();
  if (text === '') return contexts;
  for (const part of text.split(',')) {
    const at = part.lastIndexOf('=');
    const direction = oneOf(['outbound', 'inbound', 'internal'], part.slice(at + 1).trim());
    const context = part.slice(0, Math.max(at, 0)).trim();
    if (direction === undefined || context === '') return undefined;
    contexts.set(context, direction);
  }
  return contexts;
}

function contextsText(contexts: ReadonlyMap<string, Direction>): string {
  return [...contexts].map(([context, direction]) => `${context}=${direction}`).join(',');
}

function oneOf<T extends string>(allowed: readonly T[], text: string | null): T | undefined {
  return allowed.find((one) => one === text);
}
