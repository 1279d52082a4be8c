import { csvLines } from '#outcome/csv-lines.js';

/** One row of an accounts CSV as the JSON object of the same meaning, so that both forms are validated by one schema. */
export interface CsvRow {
  readonly line: number;
  /** Undefined where `reason` says why no object could be made of the row. */
  readonly value: unknown;
  readonly reason: string | undefined;
}

/** Columns and what they become; lists hold items separated by `;` (docs/reference/file-formats.md). */
const COLUMNS: Readonly<Record<string, (cell: string) => Record<string, unknown>>> = {
  kind: (cell) => ({ kind: cell }),
  id: (cell) => ({ id: cell }),
  name: (cell) => ({ name: cell }),
  email: (cell) => ({ email: cell }),
  reseller: (cell) => ({ reseller: cell }),
  language: (cell) => ({ language: cell }),
  street: (cell) => ({ street: cell }),
  postcode: (cell) => ({ postcode: cell }),
  city: (cell) => ({ city: cell }),
  country: (cell) => ({ country: cell }),
  kvk: (cell) => ({ kvk: cell }),
  vat_number: (cell) => ({ vatNumber: cell }),
  iban: (cell) => ({ iban: cell.replaceAll(' ', '') }),
  mandate_id: (cell) => ({ mandateId: cell }),
  mandate_signed_on: (cell) => ({ mandateSignedOn: cell }),
  contacts: (cell) => ({ contacts: items(cell, CONTACT, 'role:mail') }),
  numbers: (cell) => ({ numbers: items(cell, NUMBER, 'number@from..to') }),
  users: (cell) => ({ users: items(cell, USER, 'user=number#subscription@from..to') }),
  test_users: (cell) => ({
    testUsers: items(cell, USER, 'user=number#subscription@from..to').map((user) => ({
      ...user,
      test: true,
    })),
  }),
  subscriptions: (cell) => ({
    subscriptions: items(cell, SUBSCRIPTION, 'id=plan*seats@from..to').map(({ seats, ...rest }) => ({
      ...rest,
      seats: Number(seats),
    })),
  }),
  add_ons: (cell) => ({
    addOns: items(cell, ADD_ON, 'id#retention_days@from..to').map(({ retentionDays, ...rest }) => ({
      ...rest,
      ...(retentionDays === undefined ? {} : { retentionDays: Number(retentionDays) }),
    })),
  }),
  allowed_networks: (cell) => ({ allowedNetworks: split(cell) }),
  effective_from: (cell) => ({ effectiveFrom: cell }),
};

const SPAN = String.raw`(?:@(?<from>[^@]+?)(?:\.\.(?<to>[^@]+))?)?`;
const CONTACT = /^(?<role>[^:]+):(?<email>\S+)$/;
const NUMBER = new RegExp(`^(?<number>[^@]+)${SPAN}$`);
const USER = new RegExp(`^(?<id>[^=#@]+)(?:=(?<number>[^#@]+))?(?:#(?<subscription>[^@]+))?${SPAN}$`);
const SUBSCRIPTION = new RegExp(String.raw`^(?:(?<id>[^=*@]+)=)?(?<plan>[^=*@]+)\*(?<seats>\d{1,7})${SPAN}$`);
const ADD_ON = new RegExp(String.raw`^(?<id>[^#@]+)(?:#(?<retentionDays>\d{1,4}))?${SPAN}$`);

class CellProblem extends Error {}

/**
 * The rows of an accounts CSV. Empty cells are absent fields; lines are those of the file.
 * @returns one row with a reason when the file has no usable header
 */
export function accountRowsOf(csv: string): CsvRow[] {
  const lines = csvLines(csv);
  if (!lines.ok)
    return [{ line: 1, value: undefined, reason: `is neither JSON Lines nor CSV: ${lines.refusal.message}` }];
  const [first, ...body] = lines.value;
  const header = first?.cells ?? [];
  const reason = headerProblem(header);
  if (reason !== undefined) return [{ line: 1, value: undefined, reason }];
  return body.map(({ line, cells }) => rowOf(header, line, cells));
}

function headerProblem(header: readonly string[]): string | undefined {
  const missing = ['kind', 'id', 'name'].filter((column) => !header.includes(column));
  if (missing.length > 0) return `the header row has no column ${missing.join(', ')}`;
  const unknown = header.filter((column) => !Object.hasOwn(COLUMNS, column));
  if (unknown.length > 0)
    return `${unknown.join(', ').slice(0, 80)} is no column of accounts; allowed are ${Object.keys(COLUMNS).join(', ')}`;
  const twice = header.find((column, index) => header.indexOf(column) !== index);
  return twice === undefined ? undefined : `the header row has ${twice} twice`;
}

function rowOf(header: readonly string[], line: number, cells: readonly string[]): CsvRow {
  if (cells.length > header.length)
    return { line, value: undefined, reason: `has ${cells.length} cells, the header has ${header.length}` };
  const fields: Record<string, unknown> = {};
  const reasons: string[] = [];
  header.forEach((column, index) => {
    const cell = cells[index] ?? '';
    if (cell === '') return;
    try {
      Object.assign(fields, COLUMNS[column]?.(cell));
    } catch (problem) {
      if (!(problem instanceof CellProblem)) throw problem;
      reasons.push(`${column}: ${problem.message}`);
    }
  });
  return reasons.length > 0
    ? { line, value: undefined, reason: reasons.join('; ') }
    : { line, value: nested(fields), reason: undefined };
}

/** Address, mandate and test users as the JSON form has them. */
function nested(fields: Record<string, unknown>): Record<string, unknown> {
  const { street, postcode, city, country, mandateId, mandateSignedOn, users, testUsers, ...rest } = fields;
  const address = defined({ street, postcode, city, country });
  const mandate = defined({ id: mandateId, signedOn: mandateSignedOn });
  const everybody = [users, testUsers].flatMap((some) => (Array.isArray(some) ? some : []));
  return {
    ...rest,
    ...(Object.keys(address).length === 0 ? {} : { address }),
    ...(Object.keys(mandate).length === 0 ? {} : { mandate }),
    ...(everybody.length === 0 ? {} : { users: everybody }),
  };
}

function items(cell: string, form: RegExp, shown: string): Record<string, string>[] {
  return split(cell).map((item) => {
    const groups = form.exec(item)?.groups;
    if (groups === undefined)
      throw new CellProblem(`${JSON.stringify(item.slice(0, 60))} is not of the form ${shown}`);
    return defined(groups);
  });
}

function split(cell: string): string[] {
  return cell
    .split(';')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function defined<T>(fields: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
