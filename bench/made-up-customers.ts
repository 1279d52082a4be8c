import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

const ACCOUNTS = 200;
const USERS_PER_ACCOUNT = 5;
const FIRST_START = Date.UTC(2026, 8, 1, 6);
const PERIOD_MILLIS = 60 * 86_400_000;

/** Repeatable chance: the same seed gives the same numbers (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const accountOf = (index: number) => `B${String(index).padStart(4, '0')}`;
const numberOf = (account: number, user: number) => `+3188${String(account * 100 + user).padStart(7, '0')}`;

/** Accounts in the form that is loaded: every third on a metered plan, five users each. */
export function madeUpAccounts(): string {
  return Array.from({ length: ACCOUNTS }, (_unused, index) => {
    const users = Array.from({ length: USERS_PER_ACCOUNT }, (_none, user) => ({
      id: `${accountOf(index)}-${user}`,
      number: numberOf(index, user),
    }));
    return JSON.stringify({
      kind: 'account',
      id: accountOf(index),
      name: `Bench ${index} B.V.`,
      language: 'nl',
      address: { street: 'Straat 1', postcode: '3511 AB', city: 'Utrecht', country: 'NL' },
      contacts: [{ role: 'billing', email: `bench-${index}@example.com` }],
      numbers: users.map((user) => user.number),
      users,
      subscriptions: [
        { plan: index % 3 === 0 ? 'metered' : 'unlimited', seats: USERS_PER_ACCOUNT, from: '2026-01-01' },
      ],
      addOns: [],
      allowedNetworks: [],
    });
  }).join('\n');
}

/** Writes `count` calls in order of start over sixty days; memory does not grow with them. */
export async function writeMadeUpCalls(path: string, count: number, seed: number): Promise<void> {
  const file = createWriteStream(path, { highWaterMark: 1 << 20 });
  const next = chance(seed);
  for (let index = 0; index < count; index += 1) {
    const start = FIRST_START + Math.floor((index / count) * PERIOD_MILLIS);
    if (!file.write(`${JSON.stringify(madeUpCall(index, start, seed, next))}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

function madeUpCall(index: number, start: number, seed: number, next: () => number) {
  const account = Math.floor(next() * ACCOUNTS);
  const user = Math.floor(next() * USERS_PER_ACCOUNT);
  const answered = next() < 0.75;
  const talkSeconds = answered ? 1 + Math.floor(-180 * Math.log(1 - next())) : 0;
  const answeredAt = start + 8_000;
  return {
    source: 'bench-switch',
    id: `${seed}-${index}`,
    user: `${accountOf(account)}-${user}`,
    direction: next() < 0.2 ? 'inbound' : 'outbound',
    from: numberOf(account, user),
    to: destination(next),
    startedAt: new Date(start).toISOString(),
    answeredAt: answered ? new Date(answeredAt).toISOString() : null,
    endedAt: new Date(answeredAt + talkSeconds * 1000).toISOString(),
    ...(answered ? { durationSeconds: talkSeconds } : { disposition: 'no-answer' }),
    ip: '203.0.113.10',
    trunk: 'trunk-1',
  };
}

function destination(next: () => number): string {
  const kind = next();
  const tail = String(Math.floor(next() * 10_000_000)).padStart(7, '0');
  if (kind < 0.45) return `+3120${tail}`;
  if (kind < 0.85) return `+3161${tail}`;
  return kind < 0.95 ? `+4930${tail}` : `+1212${tail}`;
}
