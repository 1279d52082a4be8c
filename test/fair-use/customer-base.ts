import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandBus } from '@nestjs/cqrs';
import { LoadAccounts } from '#accounts/load-accounts/load-accounts.js';
import { LoadCalls } from '#call-log/load-calls/load-calls.js';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { type Instant, formatInstant } from '#calendar/instant.js';
import { type LocalDate, addDays, localDate } from '#calendar/local-date.js';
import { LoadCatalogue } from '#catalogue/load-catalogue/load-catalogue.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { LoadTariff } from '#rating/load-tariff/load-tariff.js';
import { fixture } from '../harness/reference.js';

export const FIRST_DAY = localDate('2026-08-25');
export const DAYS = 40;
/** The last day of which the log holds everything: calls of the day after it are there. */
export const LAST_COMPLETE_DAY = addDays(FIRST_DAY, DAYS - 2);

interface Customer {
  readonly id: string;
  readonly plan: 'unlimited' | 'metered';
  readonly seats: number;
  readonly from?: LocalDate;
  readonly behave: (day: number, call: Caller) => void;
}

interface PlannedCall {
  readonly user?: number;
  readonly at: string;
  readonly seconds: number;
  readonly to?: string;
  readonly direction?: 'outbound' | 'inbound';
}
type Caller = (call: PlannedCall) => void;

/** Four conversations a day for each two seats; everybody calls twice as much on one day. */
function ordinary(seats: number, seed: number): Customer['behave'] {
  return (day, call) => {
    const rush = day === 33 ? 2 : 1;
    for (let pair = 0; pair * 2 < seats; pair += 1)
      for (let one = 0; one < 4; one += 1)
        call({
          user: pair * 2 + (one % 2),
          at: `${10 + one}:${String((seed * 7 + one * 11 + pair) % 60).padStart(2, '0')}:00`,
          seconds: rush * (240 + ((seed * 37 + day * 13 + one * 29) % 240)),
        });
  };
}

const quiet = ordinary(2, 3);

/** Those who abuse unlimited calling, one per way of doing it. */
const ABUSERS: readonly Customer[] = [
  {
    id: 'X-RESELLS-CALLS',
    plan: 'unlimited',
    seats: 2,
    behave: (_day, call) => {
      for (let hour = 9; hour < 18; hour += 1) call({ user: hour % 2, at: `${hour}:05:00`, seconds: 1_800 });
    },
  },
  {
    id: 'X-OPEN-LINE',
    plan: 'unlimited',
    seats: 2,
    behave: (day, call) => {
      quiet(day, call);
      // From 22:30 to 02:30: reaches three hours on the next day.
      if ([20, 23, 26].includes(day)) call({ user: 1, at: '22:30:00', seconds: 14_400, to: '+31201110001' });
    },
  },
  {
    id: 'X-REDIALS',
    plan: 'unlimited',
    seats: 2,
    behave: (day, call) => {
      quiet(day, call);
      if (![21, 24, 27].includes(day)) return;
      for (let hour = 9; hour < 13; hour += 1)
        call({ user: 1, at: `${hour}:00:00`, seconds: 3_580, to: '+31201110002' });
    },
  },
  {
    id: 'X-BURSTS',
    plan: 'unlimited',
    seats: 2,
    behave: (day, call) => {
      quiet(day, call);
      if (day !== 22 && day !== 29) return;
      for (let count = 0; count < 90; count += 1)
        call({
          at: `16:0${Math.floor(count / 15)}:${String((count % 15) * 4).padStart(2, '0')}`,
          seconds: 3,
          to: `+3161234${String(5000 + count)}`,
        });
    },
  },
];

/** Those who only look like it. */
const INNOCENT: readonly Customer[] = [
  { id: 'BIG-COMPANY', plan: 'unlimited', seats: 20, behave: ordinary(20, 5) },
  {
    id: 'ONE-CONFERENCE',
    plan: 'unlimited',
    seats: 2,
    behave: (day, call) => {
      quiet(day, call);
      if (day === 25) call({ user: 1, at: '13:00:00', seconds: 5 * 3_600 });
    },
  },
  {
    id: 'METERED-CALL-CENTRE',
    plan: 'metered',
    seats: 2,
    behave: (_day, call) => {
      for (let hour = 9; hour < 18; hour += 1) call({ at: `${hour}:00:00`, seconds: 3_000 });
    },
  },
  {
    id: 'HELP-DESK',
    plan: 'unlimited',
    seats: 2,
    behave: (day, call) => {
      quiet(day, call);
      for (let hour = 9; hour < 18; hour += 1)
        call({ at: `${hour}:20:00`, seconds: 2_400, direction: 'inbound' });
    },
  },
  {
    id: 'NEW-CUSTOMER',
    plan: 'unlimited',
    seats: 2,
    from: addDays(FIRST_DAY, 34),
    behave: (day, call) => {
      if (day >= 34) for (let hour = 9; hour < 18; hour += 1) call({ at: `${hour}:05:00`, seconds: 1_800 });
    },
  },
];

const CUSTOMERS: readonly Customer[] = [
  ...Array.from({ length: 24 }, (_unused, index): Customer => ({
    id: `ORDINARY-${String(index + 1).padStart(2, '0')}`,
    plan: 'unlimited',
    seats: 2,
    behave: ordinary(2, index + 1),
  })),
  ...ABUSERS,
  ...INNOCENT,
];

/** Catalogue, tariff and accounts of a small customer base, through the commands that people use. */
export async function loadCustomerBase(commands: CommandBus): Promise<void> {
  acceptedOrThrow(
    await commands.execute(new LoadCatalogue(readFileSync(fixture('examples/catalogue.yaml'), 'utf8'))),
  );
  acceptedOrThrow(
    await commands.execute(new LoadTariff(readFileSync(fixture('examples/tariff-regular.csv'), 'utf8'))),
  );
  acceptedOrThrow(await commands.execute(new LoadAccounts(CUSTOMERS.map(accountLine).join('\n'))));
}

/** Loads the calls of some days; `also` adds to them. */
export async function loadDays(
  commands: CommandBus,
  from: number,
  through: number,
  only?: string,
): Promise<void> {
  const file = join(
    mkdtempSync(join(tmpdir(), 'fairline-calls-')),
    `days-${from}-${through}-${only ?? 'all'}.jsonl`,
  );
  writeFileSync(file, callLines(from, through, only).join('\n'));
  const counts = acceptedOrThrow(await commands.execute(new LoadCalls([file])));
  if (counts.accepted !== counts.read) throw new Error(`Not all calls were taken: ${JSON.stringify(counts)}`);
}

function accountLine({ id, plan, seats, from }: Customer): string {
  const place = CUSTOMERS.findIndex((one) => one.id === id);
  const numbers = Array.from({ length: seats }, (_unused, user) => numberOf(place, user));
  return JSON.stringify({
    kind: 'account',
    id,
    name: `${id} B.V.`,
    language: 'nl',
    contacts: [{ role: 'fair-use', email: `${id.toLowerCase()}@example.org` }],
    numbers,
    users: numbers.map((number, user) => ({ id: userOf(id, user), number })),
    subscriptions: [{ plan, seats, from: from ?? '2026-01-01' }],
    addOns: [],
    allowedNetworks: [],
  });
}

function numberOf(place: number, user: number): string {
  return `+3130${String(2_000_000 + place * 100 + user)}`;
}

function userOf(account: string, user: number): string {
  return `${account.toLowerCase()}-${user + 1}`;
}

function callLines(from: number, through: number, only: string | undefined): string[] {
  const lines: { at: Instant; line: string }[] = [];
  for (const [place, customer] of CUSTOMERS.entries()) {
    if (only !== undefined && customer.id !== only) continue;
    for (let day = from; day <= through; day += 1) {
      let serial = 0;
      customer.behave(day, ({ user = 0, at, seconds, to = '+31201234567', direction = 'outbound' }) => {
        serial += 1;
        const answeredAt = AMSTERDAM.at(addDays(FIRST_DAY, day), at.slice(0, -3).padStart(5, '0'));
        const started = (answeredAt + Number(at.slice(-2)) * 1000) as Instant;
        const own = numberOf(place, user);
        lines.push({
          at: started,
          line: JSON.stringify({
            source: 'switch-1',
            id: `${customer.id}-${day}-${serial}`,
            user: userOf(customer.id, user),
            direction,
            from: direction === 'outbound' ? own : to,
            to: direction === 'outbound' ? to : own,
            startedAt: formatInstant(started),
            answeredAt: formatInstant(started),
            endedAt: formatInstant((started + seconds * 1000) as Instant),
          }),
        });
      });
    }
  }
  return lines.sort((a, b) => a.at - b.at).map(({ line }) => line);
}
