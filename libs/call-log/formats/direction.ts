import type { Direction } from '../domain/call-record.js';

/** `auto`: by context and numbers; else what every row of the file is. */
export const DIRECTION_RULES = ['auto', 'outbound', 'inbound', 'internal'] as const;
export type DirectionRule = (typeof DIRECTION_RULES)[number];

/**
 * Contexts of the samples that come with the switches: calls in them come from outside. FreeSWITCH vanilla has `public`, FreePBX
 * `from-trunk`, `from-pstn`, `from-did-direct`, `ext-did`, Asterisk's samples `incoming`.
 */
const OUTSIDE = /^(?:public|incoming|inbound|from-(?:trunk|pstn|did|sip-external|dahdi)|ext-did)/i;
const EXTENSION = /^(?:[*#][\d*#]{0,20}|\d{1,6}|[A-Za-z][A-Za-z0-9._-]{0,63})$/;
/** Dutch numbers as short as an extension: emergency, 14 with an area code, 116 of social value, 18 of directory enquiries. */
const SHORT_PUBLIC = /^(?:112|140\d{1,3}|116\d{3}|18\d{2})$/;

/** Whether a number is one of the inside of the switch. */
export function isExtension(number: string): boolean {
  return EXTENSION.test(number) && !SHORT_PUBLIC.test(number);
}

/** Whether a caller is an extension; a word that hides the caller looks like a name. */
export function isSeat(caller: string): boolean {
  return callerOrNull(caller) !== null && isExtension(caller);
}

/** What hides the caller in place of a number. */
export function callerOrNull(number: string): string | null {
  return number === '' || /^(?:anonymous|unknown|unavailable|restricted|private|0{6,})$/i.test(number)
    ? null
    : number;
}

/**
 * The direction as the account sees it. Where both ends are public numbers and no context tells, the call is outbound: that one costs money,
 * and it is kept in quarantine where nobody has its `from`.
 */
export function directionOf(
  rule: DirectionRule,
  contexts: ReadonlyMap<string, Direction>,
  call: { readonly context: string; readonly from: string; readonly to: string },
): Direction {
  const told = contexts.get(call.context);
  if (told !== undefined) return told;
  if (rule !== 'auto') return rule;
  const isFromInside = isSeat(call.from);
  if (OUTSIDE.test(call.context) && !isFromInside) return 'inbound';
  if (isExtension(call.to)) return isFromInside ? 'internal' : 'inbound';
  return 'outbound';
}
