import { localDate, period } from '#calendar/local-date.js';
import { type DecidingParts, hashOf, whatChanged } from './deciding-parts.js';

const parts: DecidingParts = {
  change: {
    account: 'A1',
    subscription: 'A1-1',
    plan: 'metered',
    seats: 3,
    from: localDate('2026-10-16'),
    through: period('2026-10'),
  },
  subscriptions: { version: 1, terms: [] },
  catalogue: [{ validFrom: null, fingerprint: 'c' }],
  tariffs: [{ version: 'regular of 2026-01-01', fingerprint: 't' }],
  calls: { count: 2, digest: 'd' },
  closed: [],
  fees: { before: '44.85', after: '29.36' },
  documents: [],
};
const fresh = { version: 'regular of 2026-10-20', fingerprint: 'u' };
const document = { kind: 'next-draft', corrects: null, net: '1.00', vat: '0.21', total: '1.21' } as const;

describe('what a preview rests on', () => {
  it('has one hash, whatever the order in which the database gives its keys back', () => {
    const { change, ...rest } = parts;
    const { account, ...terms } = change;
    expect(hashOf({ ...rest, change: { ...terms, account } })).toBe(hashOf(parts));
    expect(hashOf(parts)).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each<[string, Partial<DecidingParts>, string[]]>([
    [
      'the subscriptions',
      { subscriptions: { version: 2, terms: [] }, calls: { count: 2, digest: 'e' } },
      ['the subscriptions of A1 changed since'],
    ],
    [
      'a tariff',
      { tariffs: [...parts.tariffs, fresh], calls: { count: 2, digest: 'e' } },
      ['a tariff version was published since (regular of 2026-10-20)'],
    ],
    [
      'the catalogue',
      { catalogue: [...parts.catalogue, { validFrom: localDate('2026-10-20'), fingerprint: 'n' }] },
      ['a catalogue version was published since (from 2026-10-20)'],
    ],
    [
      'an invoice',
      { closed: [{ period: period('2026-10'), invoice: '2026-0001' }] },
      ['an invoice was finalised since (2026-0001 of 2026-10)'],
    ],
    [
      'only the calls',
      { calls: { count: 2, digest: 'e' }, documents: [{ ...document, period: period('2026-10') }] },
      ['numbers or users of A1 changed since, so its calls would be rated otherwise'],
    ],
    [
      'only the fees',
      { fees: { before: '44.85', after: '30.00' } },
      ['its fees are others now (29.36 → 30.00): users or add-ons changed since'],
    ],
    [
      'only the VAT',
      { documents: [{ ...document, period: period('2026-10') }] },
      ['VAT or totals of its drafts are others now'],
    ],
  ])('says so when %s changed, and not what only follows from it', (_what, changed, sentences) => {
    const now = { ...parts, ...changed };
    expect(whatChanged(parts, now)).toEqual(sentences);
    expect(hashOf(now)).not.toBe(hashOf(parts));
  });

  it('says nothing when nothing changed', () => {
    expect(whatChanged(parts, { ...parts })).toEqual([]);
  });
});
