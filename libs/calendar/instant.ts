declare const form: unique symbol;

/** A moment as whole milliseconds since 1970-01-01T00:00Z. */
export type Instant = number & { readonly [form]: 'instant' };

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d{2}):(\d{2}))$/;

/**
 * An RFC 3339 date-time. Without an offset it is not an instant (contracts.md section 1) and undefined is returned,
 * as for days that do not exist. Digits past the millisecond are cut.
 */
export function parseInstant(text: string): Instant | undefined {
  if (text.length > 40) return undefined;
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', , sign, offsetHours, offsetMinutes] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const dayMillis = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const date = new Date(dayMillis);
  if (date.getUTCDate() !== Number(day) || date.getUTCMonth() !== Number(month) - 1) return undefined;
  const timeMillis = (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1000;
  const fractionMillis = fraction === '' ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'));
  if (sign === undefined) return (dayMillis + timeMillis + fractionMillis) as Instant;
  if (Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return undefined;
  const offsetMillis = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000 * (sign === '-' ? -1 : 1);
  return (dayMillis + timeMillis + fractionMillis - offsetMillis) as Instant;
}

/** @throws RangeError for a text that a parser should have refused before */
export function instant(text: string): Instant {
  const parsed = parseInstant(text);
  if (parsed === undefined)
    throw new RangeError(`${JSON.stringify(text)} is not an instant such as 2026-10-25T02:30:00+02:00`);
  return parsed;
}

/** In UTC with milliseconds only where there are some: `2026-10-25T00:30:00Z`. */
export function formatInstant(at: Instant): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}
