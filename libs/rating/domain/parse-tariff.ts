import { csvLines } from '#outcome/csv-lines.js';
import { type LocalDate, parseLocalDate } from '#calendar/local-date.js';
import type { Catalogue } from '#catalogue/domain/catalogue.js';
import { coverageProblem } from '#catalogue/domain/periods.js';
import { type MicroEuros, parseMicroEuros } from '#money/money.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { type DutchRange, dutchRangesOf, warningsOf } from './dutch-ranges.js';
import { type Band, MAXIMUM_PER_MINUTE, type PrefixRate, type TariffVersion } from './tariff.js';
import { tariffFingerprint } from './tariff-fingerprint.js';

/** One thing wrong in a tariff file. */
export interface TariffProblem {
  /** Line of the file, counted from 1; 0 = the file as a whole. */
  readonly row: number;
  readonly column: string;
  readonly reason: string;
}

export interface ParsedTariff {
  readonly versions: readonly TariffVersion[];
  readonly warnings: readonly string[];
  readonly dutchRanges: readonly (DutchRange & { readonly tariff: string; readonly validFrom: LocalDate })[];
}

const REQUIRED = [
  'tariff',
  'valid_from',
  'prefix',
  'destination',
  'class',
  'connect_fee',
  'per_minute',
  'minimum_seconds',
  'increment_seconds',
];
const OPTIONAL = ['from_second', 'period', 'maximum_charge', 'charge_decimals'];
const MAXIMUM_ROWS = 200_000;
const MAXIMUM_SECONDS = 604_800;
const KEY = /^[A-Za-z0-9._-]{1,64}$/;

interface Row {
  readonly line: number;
  readonly tariff: string;
  readonly validFrom: LocalDate;
  readonly prefix: string;
  readonly destination: string;
  readonly class: string;
  readonly connectFee: MicroEuros;
  readonly perMinute: MicroEuros;
  readonly minimumSeconds: number;
  readonly incrementSeconds: number;
  readonly fromSecond: number;
  readonly period: string | null;
  readonly maximumCharge: MicroEuros | null;
  readonly chargeDecimals: number;
}

/** Tariff versions from a CSV file (contracts section 2); everything wrong with the file is said at once. */
export function parseTariffCsv(csv: string, catalogue: Catalogue): Outcome<ParsedTariff> {
  const lines = csvLines(csv);
  if (!lines.ok)
    return refusedWith([{ row: 0, column: 'file', reason: `is not CSV: ${lines.refusal.message}` }]);
  const [first, ...body] = lines.value;
  const header = first?.cells ?? [];
  const missing = REQUIRED.filter((column) => !header.includes(column));
  const unknown = header.filter((column) => !REQUIRED.includes(column) && !OPTIONAL.includes(column));
  if (missing.length > 0 || unknown.length > 0 || body.length === 0 || body.length > MAXIMUM_ROWS) {
    return refusedWith(fileProblems(missing, unknown, body.length));
  }
  const problems: TariffProblem[] = [];
  const rows = body.flatMap(({ cells, line }) => readRow(header, cells, line, problems) ?? []);
  const versions = groupBy(rows, (row) => `${row.tariff} ${row.validFrom}`).map((group) =>
    versionOf(group, catalogue, problems),
  );
  if (problems.length > 0) return refusedWith(problems.toSorted((a, b) => a.row - b.row));
  const dutchRanges = versions.flatMap((version) =>
    dutchRangesOf(version.rates).map((range) => ({
      ...range,
      tariff: version.tariff,
      validFrom: version.validFrom,
    })),
  );
  const warnings = versions.flatMap((version) =>
    warningsOf(version.tariff, version.validFrom, dutchRangesOf(version.rates)),
  );
  return accepted({ versions, warnings, dutchRanges });
}

function fileProblems(missing: readonly string[], unknown: readonly string[], rows: number): TariffProblem[] {
  return [
    ...missing.map((column) => ({ row: 1, column, reason: 'is missing in the header row' })),
    ...unknown.map((column) => ({
      row: 1,
      column: column.slice(0, 40),
      reason: `is no column of a tariff; allowed are ${[...REQUIRED, ...OPTIONAL].join(', ')}`,
    })),
    ...(rows === 0 ? [{ row: 0, column: 'file', reason: 'has no rows' }] : []),
    ...(rows > MAXIMUM_ROWS
      ? [{ row: 0, column: 'file', reason: `has ${rows} rows; the limit is ${MAXIMUM_ROWS}` }]
      : []),
  ];
}

function readRow(
  header: readonly string[],
  cells: readonly string[],
  line: number,
  problems: TariffProblem[],
): Row | undefined {
  const before = problems.length;
  const cell = (column: string) => cells[header.indexOf(column)] ?? '';
  const bad = (column: string, reason: string): undefined => {
    problems.push({ row: line, column, reason: `${JSON.stringify(cell(column).slice(0, 40))} ${reason}` });
    return undefined;
  };
  const key = (column: string) =>
    KEY.test(cell(column))
      ? cell(column)
      : bad(column, 'must be 1 to 64 letters, digits, dots, underscores or hyphens');
  const money = (column: string, empty?: MicroEuros | null) => {
    if (cell(column) === '' && empty !== undefined) return empty;
    const amount = parseMicroEuros(cell(column));
    if (amount === undefined || amount < 0 || amount > MAXIMUM_PER_MINUTE)
      return bad(column, 'must be an amount from 0 to 1000 with at most 6 decimals, such as 0.0125');
    return amount;
  };
  const whole = (column: string, from: number, to: number, empty?: number) => {
    if (cell(column) === '' && empty !== undefined) return empty;
    const value = /^\d{1,9}$/.test(cell(column)) ? Number(cell(column)) : undefined;
    return value === undefined || value < from || value > to
      ? bad(column, `must be a whole number from ${from} to ${to}`)
      : value;
  };
  if (cells.length > header.length)
    problems.push({
      row: line,
      column: 'row',
      reason: `has ${cells.length} cells, the header has ${header.length}`,
    });
  const row = {
    line,
    tariff: key('tariff'),
    validFrom: parseLocalDate(cell('valid_from')) ?? bad('valid_from', 'must be a day such as 2026-10-01'),
    prefix: prefixOf(cell('prefix')) ?? bad('prefix', 'must be a prefix such as +3120, 0900 or 14'),
    destination: cell('destination') || bad('destination', 'must name the destination'),
    class: key('class'),
    connectFee: money('connect_fee'),
    perMinute: money('per_minute'),
    minimumSeconds: whole('minimum_seconds', 0, MAXIMUM_SECONDS),
    incrementSeconds: whole('increment_seconds', 1, MAXIMUM_SECONDS),
    fromSecond: whole('from_second', 0, MAXIMUM_SECONDS, 0),
    period: cell('period') === '' ? null : cell('period'),
    maximumCharge: money('maximum_charge', null),
    chargeDecimals: whole('charge_decimals', 0, 6, 4),
  };
  return problems.length === before ? (row as Row) : undefined;
}

/** `0900` may be written for `+31900`; short numbers are prefixes without a plus sign. */
function prefixOf(text: string): string | undefined {
  if (/^\+[1-9]\d{0,14}$/.test(text)) return text;
  if (/^0[1-9]\d{0,12}$/.test(text)) return `+31${text.slice(1)}`;
  return /^1\d{0,5}$/.test(text) ? text : undefined;
}

function versionOf(rows: readonly Row[], catalogue: Catalogue, problems: TariffProblem[]): TariffVersion {
  const first = rows[0] as Row;
  for (const row of rows) {
    if (row.chargeDecimals !== first.chargeDecimals)
      problems.push({
        row: row.line,
        column: 'charge_decimals',
        reason: `is ${row.chargeDecimals}, but ${first.chargeDecimals} in row ${first.line} of the same version`,
      });
  }
  const rates = groupBy(rows, (row) => row.prefix)
    .map((group) => rateOf(group, catalogue, problems))
    .toSorted((a, b) => (a.prefix < b.prefix ? -1 : 1));
  const used = new Set(rows.map((row) => row.period));
  const periods = catalogue.periods.filter((period) => used.has(period.id));
  const content = {
    tariff: first.tariff,
    validFrom: first.validFrom,
    chargeDecimals: first.chargeDecimals,
    periods,
    rates,
  };
  return { ...content, fingerprint: tariffFingerprint(content) };
}

function rateOf(rows: readonly Row[], catalogue: Catalogue, problems: TariffProblem[]): PrefixRate {
  const first = rows[0] as Row;
  const agree = (column: string, valueOf: (row: Row) => unknown) => {
    for (const row of rows) {
      if (valueOf(row) !== valueOf(first))
        problems.push({
          row: row.line,
          column,
          reason: `differs from row ${first.line} of the same prefix ${row.prefix}`,
        });
    }
  };
  agree('connect_fee', (row) => row.connectFee);
  agree('maximum_charge', (row) => row.maximumCharge);
  agree('class', (row) => row.class);
  agree('destination', (row) => row.destination);
  const bands = groupBy(rows, (row) => String(row.fromSecond))
    .map((group) => bandOf(group, catalogue, problems))
    .toSorted((a, b) => a.fromSecond - b.fromSecond);
  if (bands[0]?.fromSecond !== 0)
    problems.push({
      row: first.line,
      column: 'from_second',
      reason: `prefix ${first.prefix} has no band from second 0`,
    });
  if (dearestCall(first.connectFee, bands) > MAXIMUM_SIXTIETHS)
    problems.push({
      row: first.line,
      column: 'per_minute',
      reason: `prefix ${first.prefix}: a call of 7 days would cost more than can be computed exactly; lower the prices, increments or minimums of its bands`,
    });
  const { prefix, destination, connectFee, maximumCharge } = first;
  return { prefix, destination, class: first.class, connectFee, maximumCharge, bands };
}

/** Half of what a number holds exactly, since rounding doubles it (see price-call.ts). */
const MAXIMUM_SIXTIETHS = Number.MAX_SAFE_INTEGER / 2;

/** An upper bound of what the longest call costs, in sixtieths of a micro-euro; an estimate is enough, so it may lose its last digits. */
function dearestCall(connectFee: MicroEuros, bands: readonly Band[]): number {
  return bands.reduce((sum, band) => {
    const dearest = Math.max(...band.prices.map((price) => price.perMinute));
    return sum + dearest * (MAXIMUM_SECONDS - band.fromSecond + band.incrementSeconds + band.minimumSeconds);
  }, connectFee * 60);
}

function bandOf(rows: readonly Row[], catalogue: Catalogue, problems: TariffProblem[]): Band {
  const first = rows[0] as Row;
  for (const row of rows) {
    const where = `in the band from second ${row.fromSecond} of prefix ${row.prefix}`;
    if (row.minimumSeconds !== first.minimumSeconds)
      problems.push({
        row: row.line,
        column: 'minimum_seconds',
        reason: `differs from row ${first.line} ${where}`,
      });
    if (row.incrementSeconds !== first.incrementSeconds)
      problems.push({
        row: row.line,
        column: 'increment_seconds',
        reason: `differs from row ${first.line} ${where}`,
      });
    if (row.period !== null && !catalogue.periods.some((period) => period.id === row.period))
      problems.push({
        row: row.line,
        column: 'period',
        reason: `${row.period} is no period of the catalogue`,
      });
    if (rows.some((other) => other !== row && other.line < row.line && other.period === row.period))
      problems.push({
        row: row.line,
        column: 'period',
        reason: `the same prefix, band and period stands in another row ${where}`,
      });
  }
  const coverage = coverageOf(rows, catalogue);
  if (coverage !== undefined)
    problems.push({
      row: first.line,
      column: 'period',
      reason: `prefix ${first.prefix}, band from second ${first.fromSecond}: ${coverage}`,
    });
  return {
    fromSecond: first.fromSecond,
    minimumSeconds: first.minimumSeconds,
    incrementSeconds: first.incrementSeconds,
    prices: rows.map(({ period, perMinute }) => ({ period, perMinute })),
  };
}

/** A price that always holds stands alone; periods together cover the week without overlap. */
function coverageOf(rows: readonly Row[], catalogue: Catalogue): string | undefined {
  if (rows.some((row) => row.period === null)) {
    return rows.length === 1 || rows.every((row) => row.period === null)
      ? undefined
      : 'a price that always holds stands beside one of a period';
  }
  const named = catalogue.periods.filter((period) => rows.some((row) => row.period === period.id));
  return named.length < new Set(rows.map((row) => row.period)).size ? undefined : coverageProblem(named);
}

function refusedWith(problems: readonly TariffProblem[]) {
  const shown = problems.slice(0, 5).map(({ row, column, reason }) => `row ${row}, ${column}: ${reason}`);
  const more = problems.length > shown.length ? ` (and ${problems.length - shown.length} more)` : '';
  return refused(
    'invalid-tariff',
    `The tariff file has ${problems.length} problem(s): ${shown.join('; ')}${more}. Correct the file and load it again; nothing was loaded.`,
    problems,
  );
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
