import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { type Instant, parseInstant } from '#calendar/instant.js';
import { type LocalDate, parseLocalDate } from '#calendar/local-date.js';
import { normaliseNumber } from '#numbering/phone-number.js';
import { schemaProblems } from '#outcome/schema-problems.js';
import { accountRowsOf } from './accounts-csv.js';

const Id = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, {
  error: 'must be 1 to 64 letters, digits, dots, underscores or hyphens',
});
const Day = z.string().transform((text, context): LocalDate => {
  const date = parseLocalDate(text);
  if (date !== undefined) return date;
  context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not a day such as 2026-10-01` });
  return z.NEVER;
});
/** A day means its local midnight. */
const DayOrInstant = z.string().transform((text, context): Instant => {
  const date = parseLocalDate(text);
  if (date !== undefined) return AMSTERDAM.startOfDay(date);
  const at = parseInstant(text);
  if (at !== undefined) return at;
  context.addIssue({
    code: 'custom',
    message: `${JSON.stringify(text)} is neither a day such as 2026-10-01 nor an instant with offset`,
  });
  return z.NEVER;
});
const Number_ = z.string().transform((text, context): string => {
  const number = normaliseNumber(text);
  if (number !== undefined) return number;
  context.addIssue({
    code: 'custom',
    message: `${JSON.stringify(text.slice(0, 40))} is not a telephone number such as +31201234567`,
  });
  return z.NEVER;
});
const Span = { from: DayOrInstant.optional(), to: DayOrInstant.optional() };
const Email = z.email({ error: 'is not a mail address' });

const ResellerRecord = z.object({
  kind: z.literal('reseller'),
  id: Id,
  name: z.string().min(1).max(200),
  email: Email.optional(),
});

const AccountRecord = z.object({
  kind: z.literal('account'),
  id: Id,
  name: z.string().min(1).max(200),
  reseller: Id.optional(),
  language: z.enum(['nl', 'en'], { error: 'must be nl or en' }).default('nl'),
  address: z
    .object({
      street: z.string().max(200),
      postcode: z.string().max(20),
      city: z.string().max(100),
      country: z.string().length(2),
    })
    .optional(),
  kvk: z
    .string()
    .regex(/^\d{8}$/, { error: 'must be 8 digits' })
    .optional(),
  vatNumber: z.string().max(20).optional(),
  iban: z
    .string()
    .regex(/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/, { error: 'is not an IBAN such as NL91ABNA0417164300' })
    .optional(),
  mandate: z.object({ id: z.string().min(1).max(35), signedOn: Day }).optional(),
  contacts: z
    .array(z.object({ role: z.string().min(1).max(40), email: Email, name: z.string().max(200).optional() }))
    .default([]),
  numbers: z
    .array(z.union([Number_.transform((number) => ({ number })), z.object({ number: Number_, ...Span })]))
    .max(100_000)
    .default([]),
  users: z
    .array(
      z.union([
        Id.transform((id) => ({ id })),
        z.object({
          id: Id,
          number: Number_.optional(),
          subscription: Id.optional(),
          test: z.boolean().optional(),
          ...Span,
        }),
      ]),
    )
    .max(100_000)
    .default([]),
  subscriptions: z
    .array(
      z.object({
        id: Id.optional(),
        plan: Id,
        seats: z.int().min(1).max(1_000_000),
        from: Day,
        to: Day.optional(),
      }),
    )
    .max(100)
    .default([]),
  addOns: z
    .array(
      z.object({
        id: Id,
        from: Day,
        to: Day.optional(),
        retentionDays: z.int().min(1).max(3_650).optional(),
      }),
    )
    .max(20)
    .default([]),
  allowedNetworks: z
    .array(
      z.string().regex(/^[0-9a-fA-F.:]+\/\d{1,3}$/, { error: 'is not a network such as 203.0.113.0/24' }),
    )
    .max(1_000)
    .default([]),
  effectiveFrom: Day.optional(),
});

export type ResellerRecord = z.infer<typeof ResellerRecord>;
export type AccountRecord = z.infer<typeof AccountRecord>;
export type PartyRecord = ResellerRecord | AccountRecord;

/** One thing wrong in a file that finance loads. */
export interface LoadProblem {
  readonly item: string;
  readonly reason: string;
}

const MAXIMUM_LINE_CHARACTERS = 1_000_000;

/** The records of an accounts file (contracts section 2, JSON Lines or CSV) and everything that is wrong with it, line by line. */
export function parseAccounts(text: string): { records: PartyRecord[]; problems: LoadProblem[] } {
  const records: PartyRecord[] = [];
  const problems: LoadProblem[] = [];
  const seen = new Set<string>();
  for (const { line, parsed } of isCsv(text) ? parseRows(text) : parseLines(text)) {
    const item = `line ${line}`;
    if ('reason' in parsed) {
      problems.push({ item, reason: parsed.reason });
      continue;
    }
    const key = `${parsed.record.kind} ${parsed.record.id}`;
    if (seen.has(key))
      problems.push({ item, reason: `${key} stands in the file twice; keep one of the two` });
    seen.add(key);
    records.push(parsed.record);
  }
  return { records, problems };
}

type ParsedLine = { readonly record: PartyRecord } | { readonly reason: string };

/** A JSON Lines file begins with a brace, a CSV file with the name of a column. */
function isCsv(text: string): boolean {
  return /^\uFEFF?\s*"?[a-z_]+"?\s*,/.test(text);
}

function* parseRows(csv: string): Generator<{ line: number; parsed: ParsedLine }> {
  for (const { line, value, reason } of accountRowsOf(csv))
    yield { line, parsed: reason === undefined ? parseValue(value) : { reason } };
}

function* parseLines(jsonLines: string): Generator<{ line: number; parsed: ParsedLine }> {
  let line = 0;
  for (const text of jsonLines.split('\n')) {
    line += 1;
    if (text.trim() !== '') yield { line, parsed: parseLine(text) };
  }
}

function parseLine(line: string): ParsedLine {
  if (line.length > MAXIMUM_LINE_CHARACTERS)
    return { reason: `is longer than ${MAXIMUM_LINE_CHARACTERS} characters` };
  try {
    return parseValue(JSON.parse(line));
  } catch (error) {
    return { reason: `is not JSON: ${(error as Error).message}` };
  }
}

function parseValue(value: unknown): ParsedLine {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
  if (kind !== 'account' && kind !== 'reseller') return { reason: 'needs "kind": "account" or "reseller"' };
  const parsed = (kind === 'account' ? AccountRecord : ResellerRecord).safeParse(value);
  if (!parsed.success) {
    return {
      reason: schemaProblems(parsed.error)
        .map(({ path, reason }) => `${path || 'record'}: ${reason}`)
        .join('; '),
    };
  }
  const record = parsed.data;
  const contradiction = record.kind === 'account' ? contradictionOf(record) : undefined;
  return contradiction === undefined ? { record } : { reason: contradiction };
}

function contradictionOf(record: AccountRecord): string | undefined {
  const backwards = record.subscriptions.find(
    (subscription) => subscription.to !== undefined && subscription.to <= subscription.from,
  );
  if (backwards)
    return `subscriptions: ${backwards.plan} ends on ${backwards.to}, not after it begins on ${backwards.from}`;
  const ids = record.subscriptions.map(
    (subscription, index) => subscription.id ?? subscriptionIdOf(record.id, index),
  );
  const twice = record.subscriptions.find((subscription, index) =>
    record.subscriptions
      .slice(0, index)
      .some((earlier, at) => ids[at] === ids[index] && overlap(earlier, subscription)),
  );
  if (twice !== undefined)
    return `subscriptions: ${twice.id ?? twice.plan} stands there twice for the days from ${twice.from}; give each an id or days of its own`;
  const unknown = record.users.find(
    (user) => 'subscription' in user && user.subscription !== undefined && !ids.includes(user.subscription),
  );
  if (unknown) return `users: ${unknown.id} belongs to a subscription that the record does not have`;
  if (record.subscriptions.length === 0 && record.effectiveFrom === undefined && needsStart(record)) {
    return 'numbers and users without dates hold from the first subscription, but there is none; add "from" to them or a subscription';
  }
  return undefined;
}

function overlap(
  a: { from: LocalDate; to?: LocalDate | undefined },
  b: { from: LocalDate; to?: LocalDate | undefined },
): boolean {
  return (b.to === undefined || a.from < b.to) && (a.to === undefined || b.from < a.to);
}

function needsStart(record: AccountRecord): boolean {
  return [...record.numbers, ...record.users].some(
    (assigned) => !('from' in assigned) || assigned.from === undefined,
  );
}

/** Subscriptions that the file does not name are counted. */
export function subscriptionIdOf(account: string, index: number): string {
  return `${account}-${index + 1}`.slice(0, 64);
}

/** The same record, written in any order of keys and without its effective date, has the same fingerprint. */
export function recordFingerprint(record: PartyRecord): string {
  const { effectiveFrom: _effectiveFrom, ...content } = { effectiveFrom: undefined, ...record };
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** What is taken as it is, but will cost somebody time later. */
export function warningsOf(records: readonly PartyRecord[]): string[] {
  return records.flatMap((record) =>
    record.kind === 'account' && record.iban !== undefined && !checkDigitsFit(record.iban)
      ? [`${record.id}: the check digits of IBAN ${record.iban} do not fit; a direct debit would be refused.`]
      : [],
  );
}

/** ISO 13616: letters become numbers, the first four characters go last, and the whole is 1 modulo 97. */
function checkDigitsFit(text: string): boolean {
  const rearranged = text.slice(4) + text.slice(0, 4);
  let remainder = 0;
  for (const character of rearranged) {
    const value = /\d/.test(character) ? character : String(character.charCodeAt(0) - 55);
    for (const digit of value) remainder = (remainder * 10 + Number(digit)) % 97;
  }
  return remainder === 1;
}
