import type { JudgedCall } from './judged-call.js';

/** Sums stay whole below this; a checksum fits a bigint column and a number. */
const MODULUS = 2 ** 48;

/**
 * A checksum of judged calls that does not depend on the order in which they are read: it tells that the log at a cursor gives the
 * calls that were judged. It guards against mistakes, not against an attacker.
 */
export function callDigest(call: JudgedCall): number {
  const text = `${call.callKey}\n${call.user}\n${call.to}\n${call.startedAt}\n${call.answeredAt}\n${call.talkSeconds}`;
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, 2654435761);
    high = Math.imul(high ^ code, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return (high & 0xffff) * 2 ** 32 + (low >>> 0);
}

export function addDigests(a: number, b: number): number {
  return (a + b) % MODULUS;
}
