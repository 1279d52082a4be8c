import type { Instant } from '#calendar/instant.js';
import {
  type ParsedRecord,
  parseCallObject,
  parseCallRecord,
  parsedRefusal,
} from '../domain/parse-call-record.js';
import {
  MAXIMUM_RECORD_BYTES,
  type RecordContent,
  type RecordHeaders,
  recordFrom,
  textFrom,
  unreadable,
} from '../domain/record-from.js';
import { contentOfAsterisk } from './asterisk.js';
import {
  CUSTOM_SAMPLE,
  CUSTOM_SAMPLE_OLD,
  FREESWITCH_COUNTS,
  FREESWITCH_EXAMPLE,
  MASTER_MAXIMUM,
  MASTER_MINIMUM,
  masterColumns,
} from './columns.js';
import { csvFields } from './csv-row.js';
import { contentOfFairlineRow } from './fairline-csv.js';
import { type FileReading, readingOf } from './file-reading.js';
import { contentOfFreeswitch } from './freeswitch.js';
import { contentOfFreeswitchJson } from './freeswitch-json.js';
import { zoneNamed } from './local-time.js';
import type { Row, RowReading } from './row.js';
import { contentOfThreeCx } from './three-cx.js';

export interface RecordBytes {
  readonly bytes: Buffer;
  readonly headers?: RecordHeaders | undefined;
}

/**
 * How the records of an origin are read: by the format that the origin names, else as the contracts' JSON. It depends on nothing but the
 * origin, so a record in quarantine is read again from its origin and its bytes.
 */
export function recordReader(origin: string): (record: RecordBytes, now: Instant) => ParsedRecord {
  const reading = readingOf(origin);
  if (reading === undefined) return ({ bytes, headers }, now) => parseCallRecord(bytes, now, headers);
  const contentOf = contentReader(reading);
  return ({ bytes }, now) => {
    const content = contentOf(bytes);
    return content.ok ? parseCallObject(content.fields, now) : parsedRefusal(content);
  };
}

/** The contracts' object of one row as it stood in the file. */
export function contentReader(reading: FileReading): (bytes: Buffer) => RecordContent {
  const rows: RowReading = {
    ...reading,
    zone: reading.timeZone === undefined ? undefined : zoneNamed(reading.timeZone),
  };
  if (reading.format === 'freeswitch-json') return (bytes) => contentOfFreeswitchJson(bytes, rows);
  if (reading.format === 'fairline' && reading.columns === undefined)
    return (bytes) => withSource(recordFrom(bytes), reading.source);
  return (bytes) => contentOfRow(bytes, rows);
}

function contentOfRow(bytes: Buffer, reading: RowReading): RecordContent {
  if (bytes.length > MAXIMUM_RECORD_BYTES)
    return unreadable(`The row is longer than ${MAXIMUM_RECORD_BYTES} bytes, the limit.`);
  const text = textFrom(bytes);
  if (text === undefined) return unreadable('The row is not UTF-8 text.');
  const values = csvFields(text);
  if (values === undefined) return unreadable('The row opens a quote that it does not close.');
  const columns = columnsOf(values, reading);
  if (columns === undefined)
    return unreadable(`The row has ${counted(values.length)}; ${expectedColumns(reading)}.`);
  const places = placesOf(columns);
  const row: Row = (column) => values[places.get(column) ?? -1] ?? '';
  switch (reading.format) {
    case 'fairline':
      return contentOfFairlineRow(row, reading);
    case 'freeswitch':
      return contentOfFreeswitch(row, reading);
    case '3cx':
      return contentOfThreeCx(row, reading);
    default:
      return contentOfAsterisk(row, text, reading);
  }
}

/** What the columns of a row are called; undefined where their number does not fit. */
export function columnsOf(values: readonly string[], reading: FileReading): readonly string[] | undefined {
  if (reading.format === 'asterisk') return masterColumns(values);
  if (reading.format === 'freeswitch' && reading.columns === undefined)
    return FREESWITCH_COUNTS.has(values.length) ? FREESWITCH_EXAMPLE : undefined;
  const columns = reading.columns ?? CUSTOM_SAMPLE;
  if (values.length === columns.length) return columns;
  return reading.columns === undefined && values.length === CUSTOM_SAMPLE_OLD.length
    ? CUSTOM_SAMPLE_OLD
    : undefined;
}

/** Said of a row, behind how many columns it has. */
export function expectedColumns(reading: FileReading): string {
  if (reading.format === 'asterisk') return `Master.csv has ${MASTER_MINIMUM} to ${MASTER_MAXIMUM}`;
  if (reading.format === 'freeswitch' && reading.columns === undefined)
    return `the stock templates have ${[...FREESWITCH_COUNTS].join(', ')}`;
  if (reading.columns === undefined)
    return `the sample mapping of cdr_custom.conf has ${CUSTOM_SAMPLE.length}`;
  return `there are names for ${reading.columns.length}: ${reading.columns.join(',')}`;
}

export function counted(columns: number): string {
  return columns === 1 ? '1 column' : `${columns} columns`;
}

const placesByColumns = new WeakMap<readonly string[], ReadonlyMap<string, number>>();

function placesOf(columns: readonly string[]): ReadonlyMap<string, number> {
  const known = placesByColumns.get(columns);
  if (known !== undefined) return known;
  const places = new Map(columns.map((column, index) => [column, index]));
  placesByColumns.set(columns, places);
  return places;
}

function withSource(content: RecordContent, source: string | undefined): RecordContent {
  if (!content.ok || source === undefined || content.fields.source !== undefined) return content;
  return { ok: true, fields: { ...content.fields, source } };
}
