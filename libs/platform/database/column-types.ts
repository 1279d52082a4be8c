import pg from 'pg';

const INT8 = 20;
const DATE = 1082;
const TIMESTAMPTZ = 1184;

/**
 * How columns come back: bigint as a number that is checked to be exact, timestamptz as milliseconds since 1970 (an
 * `Instant`), date as `2026-10-25` (a `LocalDate`), numeric as its decimal text. The session's time zone is UTC.
 */
export const columnTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
    if (format !== 'binary') {
      if (oid === INT8) return exactInteger;
      if (oid === TIMESTAMPTZ) return instantMillis;
      if (oid === DATE) return String;
    }
    return pg.types.getTypeParser(oid, format);
  },
};

function exactInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} can't be held exactly; select it as text`);
  return value;
}

/** `2026-10-25 00:30:00.123456+00`, as PostgreSQL writes it in UTC; digits past the millisecond are cut. */
function instantMillis(text: string): number {
  const fraction =
    text.length > 22 ? Number(text.slice(20, 23).replace('+', '').padEnd(3, '0').slice(0, 3)) : 0;
  const millis = Date.UTC(
    Number(text.slice(0, 4)),
    Number(text.slice(5, 7)) - 1,
    Number(text.slice(8, 10)),
    Number(text.slice(11, 13)),
    Number(text.slice(14, 16)),
    Number(text.slice(17, 19)),
  );
  const parsed = millis + (Number.isNaN(fraction) ? Date.parse(text) - millis : fraction);
  if (Number.isNaN(parsed)) throw new RangeError(`${text} is no instant that can be held`);
  return parsed;
}
