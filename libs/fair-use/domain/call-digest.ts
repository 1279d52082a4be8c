import type { JudgedCall } from './judged-call.js';

const { imul } = Math;
/** Odd factors, as signed 32-bit numbers, that spread each bit over the word. */
const LOW_FACTOR = 0x9e3779b1 | 0;
const HIGH_FACTOR = 0x5f356495;

/** Sums stay whole below this; a checksum fits a bigint column and a number. */
const MODULUS = 2 ** 48;

/**
 * A checksum of judged calls that does not depend on the order in which they are read: it tells that the log at a cursor gives the
 * calls that were judged. It guards against mistakes, not against an attacker.
 */
export function callDigest(call: JudgedCall): number {
  const names = `${call.callKey}\n${call.user}\n${call.to}`;
  let low = 0x5eadbeef;
  let high = 0x41c6ce57;
  for (let index = 0; index < names.length; index += 1) {
    const code = names.charCodeAt(index);
    low = imul(low ^ code, LOW_FACTOR);
    high = imul(high ^ code, HIGH_FACTOR);
  }
  for (const figure of [call.startedAt, call.answeredAt, call.talkSeconds]) {
    low = imul(low ^ (figure / 2 ** 32), LOW_FACTOR);
    low = imul(low ^ figure, LOW_FACTOR);
    high = imul(high ^ low, HIGH_FACTOR);
  }
  low ^= high >>> 15;
  high ^= low >>> 13;
  return (high & 0xffff) * 2 ** 32 + (low >>> 0);
}

export function addDigests(a: number, b: number): number {
  return (a + b) % MODULUS;
}
