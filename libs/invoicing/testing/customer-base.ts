import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatInstant, instant, type Instant } from '#calendar/instant.js';

/** How many accounts the base has; every kind of contract that bills differently occurs. */
export const ACCOUNTS = 40;

export const accountId = (index: number) => `B${100 + index}`;
export const NO_ADDRESS = accountId(17);
export const REVERSE_CHARGED = accountId(19);
export const OUTSIDE_EU = accountId(22);
export const TWO_SUBSCRIPTIONS = accountId(13);
/** Its subscription ends within October, and it goes on calling. */
export const ENDED = accountId(11);
/** Has a test user, who calls. */
export const WITH_TEST_USER = accountId(5);

const addressOf = (id: string) => {
  if (id === NO_ADDRESS) return {};
  const country = id === REVERSE_CHARGED ? 'BE' : id === OUTSIDE_EU ? 'US' : 'NL';
  const vatNumber = id === REVERSE_CHARGED ? { vatNumber: 'BE0123456789' } : {};
  return { address: { street: 'Weg 1', postcode: '1000 AA', city: 'Stad', country }, ...vatNumber };
};

function subscriptionsOf(id: string, index: number) {
  const plan = index % 3 === 0 ? 'unlimited' : 'metered';
  const from = index % 7 === 0 ? '2026-09-12' : '2026-01-01';
  if (id === TWO_SUBSCRIPTIONS)
    return [
      { id: 'office', plan: 'unlimited', seats: 3, from },
      { id: 'shop', plan: 'metered', seats: 2, from: '2026-10-08' },
    ];
  return [{ plan, seats: 1 + (index % 5), from, ...(id === ENDED ? { to: '2026-10-20' } : {}) }];
}

/** Contracts section 2, JSON Lines. */
export function customerBase(): string {
  return Array.from({ length: ACCOUNTS }, (_unused, index) => {
    const id = accountId(index);
    const twoSubscriptions = id === TWO_SUBSCRIPTIONS;
    const number = `+3130200${1000 + index}`;
    return JSON.stringify({
      kind: 'account',
      id,
      name: `Klant ${index}`,
      ...addressOf(id),
      numbers: [number],
      users: [
        { id: `b${index}-1`, number, ...(twoSubscriptions ? { subscription: 'office' } : {}) },
        { id: `b${index}-2`, test: index % 5 === 0, ...(twoSubscriptions ? { subscription: 'shop' } : {}) },
        ...(index % 4 === 0 ? [{ id: `b${index}-3`, from: '2026-10-14', to: '2026-10-25' }] : []),
      ],
      subscriptions: subscriptionsOf(id, index),
      addOns: index % 4 === 0 ? [{ id: 'recording', from: '2026-10-05', retentionDays: 30 + index * 5 }] : [],
    });
  }).join('\n');
}

const DESTINATIONS = [
  '+31201234567',
  '+31612345678',
  '+4930123456',
  '+12125550123',
  '+319001234567',
  '112',
  '+31302001001',
];

export interface CallsToMake {
  readonly prefix: string;
  readonly calls: number;
  readonly from: Instant;
  /** Between the starts of two calls. */
  readonly everySeconds: number;
}

/** Calls of the base's users in turn: short ones, hours that cross midnight, unanswered and received ones. */
export function callsOf({ prefix, calls, from, everySeconds }: CallsToMake): string[] {
  return Array.from({ length: calls }, (_unused, index) => {
    const account = index % ACCOUNTS;
    const startedAt = (from + index * everySeconds * 1000) as Instant;
    const talkSeconds = index % 9 === 0 ? 0 : index % 13 === 0 ? 9_000 + index : 7 + ((index * 37) % 900);
    const answeredAt = (startedAt + 4_321) as Instant;
    const inbound = index % 17 === 0;
    const own = `+3130200${1000 + account}`;
    const other = DESTINATIONS[index % DESTINATIONS.length];
    return JSON.stringify({
      source: 'switch-1',
      id: `${prefix}-${index}`,
      user: `b${account}-${1 + (index % 2)}`,
      direction: inbound ? 'inbound' : 'outbound',
      from: inbound ? '+31201234567' : own,
      to: inbound ? own : other,
      startedAt: formatInstant(startedAt),
      answeredAt: talkSeconds === 0 ? null : formatInstant(answeredAt),
      endedAt: formatInstant((answeredAt + talkSeconds * 1000) as Instant),
    });
  });
}

/** October 2026 with the evenings before and after it. */
export const OCTOBER_CALLS: CallsToMake = {
  prefix: 'oct',
  calls: 1_200,
  from: instant('2026-09-30T20:00:00+02:00'),
  everySeconds: 2_260,
};

/** Writes lines to a file for as long as `work` takes. */
export async function withFile<T>(lines: readonly string[], work: (path: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'fairline-calls-'));
  const path = join(directory, 'calls.jsonl');
  writeFileSync(path, lines.join('\n'));
  try {
    return await work(path);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
