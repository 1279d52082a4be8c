import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

declare const form: unique symbol;

/** A number that a call can be made to: E.164 with `+`, or a Dutch short number as dialled (`112`, `14020`, `116123`). */
export type PhoneNumber = string & { readonly [form]: 'phone-number' };

/** What an internal call may carry besides numbers: an extension or a star code. */
export type InternalNumber = string & { readonly [form]: 'internal-number' };

const E164 = /^\+[1-9]\d{5,14}$/;
const DUTCH_SHORT = /^(?:112|14\d{2,4}|116\d{3}|18\d{2}|1[0-3579]\d{1,3}|144)$/;
const DUTCH_NATIONAL = /^0[1-9]\d{5,9}$/;
const INTERNATIONAL = /^00[1-9]\d{5,14}$/;
const EXTENSION = /^(?:\*{1,2}\d{1,8}(?:\*\d{1,16})?#?|#?\d{1,8}|[A-Za-z0-9._-]{1,64})$/;

/**
 * Normalises a number as a Dutch PBX sends it: E.164 as it is, `0201234567` to `+31201234567`, `0900...` to `+31900...`,
 * `0049...` to `+49...`; short numbers stay short (contracts.md section 1). Numbers written with separators go
 * through libphonenumber.
 * @returns undefined when no number can be made of it
 */
export function normaliseNumber(text: string): PhoneNumber | undefined {
  if (text.length > 40) return undefined;
  if (E164.test(text)) return text as PhoneNumber;
  if (DUTCH_NATIONAL.test(text)) return `+31${text.slice(1)}` as PhoneNumber;
  if (INTERNATIONAL.test(text)) return `+${text.slice(2)}` as PhoneNumber;
  if (DUTCH_SHORT.test(text)) return text as PhoneNumber;
  if (!/^[+\d][\d ().-]+$/.test(text)) return undefined;
  const parsed = parsePhoneNumberFromString(text, 'NL');
  return parsed?.isPossible() === true && E164.test(parsed.number)
    ? (parsed.number as string as PhoneNumber)
    : undefined;
}

/** A number, an extension or a star code, as an internal call carries. */
export function normaliseInternalNumber(text: string): PhoneNumber | InternalNumber | undefined {
  if (text.length > 64) return undefined;
  if (E164.test(text)) return text as PhoneNumber;
  return EXTENSION.test(text) ? (text as InternalNumber) : undefined;
}

/** True for `112`: never charged, never blocked. */
export function isEmergency(number: string): boolean {
  return number === '112';
}
