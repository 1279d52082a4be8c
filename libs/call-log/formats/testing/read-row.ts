import { formatInstant, instant } from '#calendar/instant.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import type { ParsedRecord } from '../../domain/parse-call-record.js';
import { originOf } from '../file-reading.js';
import { type ReadingOptions, readingFrom } from '../reading-options.js';
import { recordReader } from '../record-reader.js';

/** Of the clock when rows are read. */
export const NOW = instant('2026-11-15T00:00:00Z');

/** Reads one row as it stands in a file. The origin alone has to tell how. */
export function read(row: string, options: ReadingOptions): ParsedRecord {
  const origin = originOf('Master.csv', acceptedOrThrow(readingFrom(options)));
  return recordReader(origin)({ bytes: Buffer.from(row) }, NOW);
}

/** A record as it was normalised with its times as text; or the rejection. */
export function fieldsOf(row: string, options: ReadingOptions) {
  const parsed = read(row, options);
  if (!parsed.ok) return `${parsed.rejection.code}: ${parsed.rejection.reason}`;
  if (parsed.kind !== 'ended') return parsed.kind;
  const { startedAt, answeredAt, endedAt, ...rest } = parsed.record;
  return {
    ...rest,
    startedAt: formatInstant(startedAt),
    answeredAt: answeredAt === null ? null : formatInstant(answeredAt),
    endedAt: formatInstant(endedAt),
  };
}

export const ASTERISK: ReadingOptions = { format: 'asterisk', source: 'pbx-1', timeZone: 'Europe/Amsterdam' };
