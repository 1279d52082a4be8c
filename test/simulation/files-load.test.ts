import { type Recorded, eachLine, record, referenceOf } from './recorded-calls.js';
import { type Simulation, simulate } from '#simulation/simulate.js';

describe('what a simulation gives', () => {
  const simulation: Simulation = simulate({ accounts: 60, days: 14, seed: 11 });
  const loaded = referenceOf(simulation);
  let recorded: Recorded;
  beforeAll(() => {
    recorded = record(simulation);
  }, 120_000);

  it('is a catalogue with unlimited, premium and metered plans under the standard policy', () => {
    const { plans, policies, addOns } = loaded.catalogue;
    expect(plans.map(({ id, kind, fairUse }) => [id, kind, fairUse])).toEqual([
      ['unlimited', 'unlimited', 'standard'],
      ['premium', 'unlimited', 'standard'],
      ['metered', 'metered', null],
    ]);
    expect(Object.keys(policies[0]?.rules ?? {})).toEqual([
      'excess-over-average',
      'long-open-line',
      'short-call-burst',
    ]);
    expect(addOns).not.toHaveLength(0);
  });

  it('is a tariff without warnings: each Dutch range has a price of its own', () => {
    expect(loaded.tariff.warnings).toEqual([]);
    const [deck] = loaded.tariff.versions;
    expect(deck?.rates.length).toBeGreaterThan(150);
    const known = new Set(loaded.catalogue.destinationClasses.map(({ id }) => id));
    expect(deck?.rates.filter((rate) => !known.has(rate.class))).toEqual([]);
  });

  it('changes some prices on the first of a month within the span', () => {
    const { tariff } = referenceOf(simulate({ accounts: 3, days: 62, seed: 11 }));
    expect(tariff.versions.map(({ validFrom }) => validFrom)).toEqual(['2025-01-01', '2026-10-01']);
  });

  it('is accounts that the real parser takes, each with the contacts that invoices and notices go to', () => {
    expect(loaded.problems).toEqual([]);
    expect(loaded.records).toHaveLength(60);
    for (const { contacts, numbers, users } of loaded.records) {
      expect(contacts.map((contact) => contact.role)).toEqual(['billing', 'fair-use']);
      expect(contacts.every((contact) => contact.email.endsWith('.example'))).toBe(true);
      expect(users.length).toBeLessThan(numbers.length);
    }
  });

  it('gives no number and no user to two accounts', () => {
    const numbers = loaded.records.flatMap((one) => one.numbers.map(({ number }) => number));
    const users = loaded.records.flatMap((one) => one.users.map(({ id }) => id));
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(new Set(users).size).toBe(users.length);
  });

  it('has as many users as seats at the end of each subscription that goes on', () => {
    for (const { users, subscriptions } of loaded.records) {
      const seats = subscriptions
        .filter((one) => one.to === undefined)
        .reduce((sum, one) => sum + one.seats, 0);
      const counted = users.filter((user) => !('test' in user) || user.test !== true).length;
      if (seats > 0) expect(counted).toBe(seats);
    }
  });

  it('holds exactly the bad records that its manifest counts, and every other record is accepted', () => {
    const { manifest } = recorded;
    expect(recorded.lines).toBe(manifest.records);
    expect(recorded.calls).toHaveLength(manifest.accepted);
    expect(recorded.duplicates).toBe(manifest.duplicates);
    expect(recorded.quarantined).toEqual(manifest.quarantined);
    expect(Object.keys(manifest.quarantined).toSorted()).toEqual([
      'conflict',
      'implausible',
      'invalid',
      'no-rate',
      'no-subscription',
      'unknown-account',
      'unreadable',
    ]);
    expect(Object.values(manifest.bad).every((count) => count > 0)).toBe(true);
    expect(Object.keys(manifest.bad)).toHaveLength(9);
  });

  it('can leave the bad records out', () => {
    const clean = simulate({ accounts: 20, days: 3, seed: 1, badRecords: false });
    expect(clean.calls().next().done).toBe(false);
    const { manifest, calls } = record(clean);
    expect([manifest.duplicates, manifest.quarantined, manifest.bad]).toEqual([0, {}, {}]);
    expect(calls).toHaveLength(manifest.records);
  });

  it('can tell of each answer when it happens, before the end of the same call', () => {
    const told = new Set<string>();
    let answered = 0;
    let before = 0;
    let late = 0;
    let unannounced = 0;
    const simulation = simulate({ accounts: 20, days: 3, seed: 1, badRecords: false, answeredRecords: true });
    const manifest = eachLine(simulation, (line) => {
      const sent = JSON.parse(line) as {
        type?: string;
        id: string;
        answeredAt: string | null;
        endedAt?: string;
      };
      const sentAt = Date.parse((sent.type === 'call.answered' ? sent.answeredAt : sent.endedAt) ?? '');
      if (sentAt < before) late += 1;
      before = sentAt;
      if (sent.type === 'call.answered') {
        answered += 1;
        told.add(sent.id);
        expect(sent.endedAt).toBeUndefined();
      } else if (sent.answeredAt !== null && !told.delete(sent.id)) unannounced += 1;
    });
    expect([told.size, late, unannounced]).toEqual([0, 0, 0]);
    expect(manifest.answeredRecords).toBe(answered);
    expect(answered).toBeGreaterThan(100);
  });
});
