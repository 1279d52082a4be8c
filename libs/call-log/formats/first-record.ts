import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { textFrom } from '../domain/record-from.js';
import { CONTRACT_FIELDS, FREESWITCH_COUNTS, MASTER_MAXIMUM, MASTER_MINIMUM } from './columns.js';
import { csvFields } from './csv-row.js';
import type { FileReading } from './file-reading.js';
import { columnsOf, counted, expectedColumns } from './record-reader.js';

/** How a file is read once its first record has been seen. */
export interface SettledReading {
  readonly reading: FileReading;
  /** The first row names the columns and is no record. */
  readonly hasHeader: boolean;
}

const NEEDED = ['id', 'direction', 'to', 'startedAt', 'endedAt'] as const;
/** A line with as many fields and no brace is CSV of something. */
const CSV_FIELDS = 6;

/**
 * Looks at the first record of a file: is it what the format says? One sentence tells a person who gave the wrong format or forgot it, before
 * a million rows land in quarantine.
 * @param file its name, for the sentence
 * @param line on which the record stands
 */
export function settleReading(
  file: string,
  line: number,
  bytes: Buffer,
  reading: FileReading,
): Outcome<SettledReading> {
  const text = textFrom(bytes)?.trim() ?? '';
  const where = `${file}: line ${line}`;
  const isJson = text.startsWith('{');
  if (reading.format === 'fairline' && text.startsWith('['))
    return wrongFormat(`${where} begins a JSON array. Write one call record a line (JSON Lines).`);
  if (reading.format === 'fairline') return isJson ? asIs(reading) : settleFairline(where, text, reading);
  if (reading.format === 'freeswitch-json') {
    return isJson
      ? asIs(reading)
      : wrongFormat(`${where} is no JSON, so this is not a file of mod_json_cdr.`);
  }
  if (isJson) {
    return wrongFormat(
      `${where} is JSON, not ${reading.format}. Give --format fairline for call records as JSON Lines, or freeswitch-json.`,
    );
  }
  const values = csvFields(text);
  if (values === undefined) return asIs(reading);
  const columns = columnsOf(values, reading);
  if (columns === undefined)
    return refused(
      'wrong-columns',
      `${where} has ${counted(values.length)}; ${expectedColumns(reading)}. Its last is column ${values.length}, ${JSON.stringify(values.at(-1)?.slice(0, 40))}.`,
    );
  const isHeader = values.every(
    (value, index) => value.trim().toLowerCase() === columns[index]?.toLowerCase(),
  );
  return accepted({ reading, hasHeader: isHeader });
}

function settleFairline(where: string, text: string, reading: FileReading): Outcome<SettledReading> {
  const names = csvFields(text)?.map((name) => name.trim()) ?? [];
  const known = names.filter((name) => CONTRACT_FIELDS.some((field) => field === name));
  if (known.length < 3) {
    if (names.length < CSV_FIELDS) return asIs(reading);
    const hint = formatHint(names.length);
    return wrongFormat(
      `${where} is CSV with ${counted(names.length)} and no header of call records (${CONTRACT_FIELDS.slice(1, 5).join(',')},…).${hint} "fairline load calls --help" lists the formats.`,
    );
  }
  const needed: readonly string[] = reading.source === undefined ? ['source', ...NEEDED] : NEEDED;
  const missing = needed.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    const remedy = missing.includes('source') ? ' --source NAME stands in for the source.' : '';
    return refused('wrong-columns', `${where}: the header has no column ${missing.join(', ')}.${remedy}`);
  }
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice !== -1)
    return refused('wrong-columns', `${where}, column ${twice + 1}: the header has ${names[twice]} twice.`);
  // A comma in a name could not be told from the next name; such a column is not ours.
  const columns = names.map((name) => (name.includes(',') ? '-' : name));
  return accepted({ reading: { ...reading, columns }, hasHeader: true });
}

function formatHint(columns: number): string {
  if (columns >= MASTER_MINIMUM && columns <= MASTER_MAXIMUM) return ' It may be --format asterisk.';
  return FREESWITCH_COUNTS.has(columns) ? ' It may be --format freeswitch.' : '';
}

function asIs(reading: FileReading): Outcome<SettledReading> {
  return accepted({ reading, hasHeader: false });
}

function wrongFormat(message: string): ReturnType<typeof refused> {
  return refused('wrong-format', message);
}
