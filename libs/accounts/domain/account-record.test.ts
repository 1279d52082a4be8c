import { instant } from '#calendar/instant.js';
import { parseAccounts, recordFingerprint, warningsOf } from './account-record.js';

const GOOD = {
  kind: 'account',
  id: 'A1',
  name: 'Bakkerij',
  numbers: ['+31302000101'],
  users: [{ id: 'u-1', number: '030 200 0101' }],
  subscriptions: [{ plan: 'unlimited', seats: 3, from: '2026-01-01' }],
};
const line = (fields: object) => JSON.stringify({ ...GOOD, ...fields });
const reasonsOf = (text: string) =>
  parseAccounts(text).problems.map(({ item, reason }) => `${item}: ${reason}`);
const recordOf = (text: string) => {
  const { records, problems } = parseAccounts(text);
  expect(problems).toEqual([]);
  const [record] = records;
  if (record?.kind !== 'account') throw new Error('no account');
  return record;
};

describe('an accounts file', () => {
  it.each<[string, object, RegExp]>([
    ['an id with a space', { id: 'A 1' }, /id: must be 1 to 64 letters/],
    ['no name', { name: '' }, /name: /],
    ['a language nobody writes', { language: 'fy' }, /language: must be nl or en/],
    [
      'a mail address that is none',
      { contacts: [{ role: 'billing', email: 'x' }] },
      /contacts\.0\.email: is not a mail address/,
    ],
    ['a KvK number of 7 digits', { kvk: '1234567' }, /kvk: must be 8 digits/],
    ['an IBAN that is none', { iban: '12' }, /iban: is not an IBAN such as/],
    ['a number that is none', { numbers: ['abc'] }, /numbers\.0: "abc" is not a telephone number such as/],
    [
      'a day that does not exist',
      { subscriptions: [{ plan: 'x', seats: 1, from: '2026-02-30' }] },
      /subscriptions\.0\.from: "2026-02-30" is not a day/,
    ],
    [
      'an instant without offset',
      { numbers: [{ number: '+31302000101', from: '2026-01-01T00:00:00' }] },
      /numbers\.0/,
    ],
    ['no seats', { subscriptions: [{ plan: 'x', seats: 0, from: '2026-01-01' }] }, /seats/],
    [
      'a subscription that ends before it begins',
      { subscriptions: [{ plan: 'x', seats: 1, from: '2026-02-01', to: '2026-02-01' }] },
      /x ends on 2026-02-01, not after it begins on 2026-02-01/,
    ],
    [
      'one subscription twice',
      {
        subscriptions: [
          { id: 's', plan: 'x', seats: 1, from: '2026-01-01' },
          { id: 's', plan: 'y', seats: 1, from: '2026-02-01' },
        ],
      },
      /s stands there twice/,
    ],
    [
      'a user of a subscription that is not there',
      { users: [{ id: 'u', subscription: 'A1-9' }] },
      /u belongs to a subscription that the record does not have/,
    ],
    [
      'numbers without dates and no subscription',
      { subscriptions: [] },
      /add "from" to them or a subscription/,
    ],
    [
      'a network that is none',
      { allowedNetworks: ['203.0.113.0'] },
      /allowedNetworks\.0: is not a network such as/,
    ],
    ['a kind nobody knows', { kind: 'customer' }, /needs "kind": "account" or "reseller"/],
  ])('with %s is refused with line, field and remedy', (_what, fields, reason) => {
    const [first] = reasonsOf(`${line({})}\n${line({ id: 'A2', ...fields })}`);
    expect(first).toMatch(/^line 2: /);
    expect(first).toMatch(reason);
  });

  it('tells every mistake at once, line by line, and skips blank lines', () => {
    const reasons = reasonsOf(
      ['{"kind":', '', line({ kvk: '1', iban: 'x' }), line({ id: 'A2' }), line({ id: 'A2' })].join('\n'),
    );
    expect(reasons).toHaveLength(3);
    expect(reasons[0]).toMatch(/^line 1: is not JSON/);
    expect(reasons[1]).toMatch(/^line 3: kvk: .*; iban: /);
    expect(reasons[2]).toMatch(/^line 5: account A2 stands in the file twice/);
  });

  it('normalises numbers and reads a day as its local midnight', () => {
    const record = recordOf(
      line({ numbers: [{ number: '030-2000101', from: '2026-03-29', to: '2026-10-25T02:30:00+01:00' }] }),
    );
    expect(record.numbers).toEqual([
      { number: '+31302000101', from: instant('2026-03-28T23:00:00Z'), to: instant('2026-10-25T01:30:00Z') },
    ]);
  });

  it('has the same fingerprint in any order of keys and whatever its effective date', () => {
    const reordered = JSON.stringify(
      Object.fromEntries(Object.entries({ ...GOOD, effectiveFrom: '2026-05-01' }).toReversed()),
    );
    expect(recordFingerprint(recordOf(reordered))).toBe(recordFingerprint(recordOf(line({}))));
    expect(recordFingerprint(recordOf(line({ name: 'x' })))).not.toBe(recordFingerprint(recordOf(line({}))));
  });

  it('warns of an IBAN whose check digits do not fit', () => {
    expect(warningsOf([recordOf(line({ iban: 'NL91ABNA0417164300' }))])).toEqual([]);
    expect(warningsOf([recordOf(line({ iban: 'NL92ABNA0417164300' }))])).toEqual([
      expect.stringMatching(/A1: the check digits/),
    ]);
  });
});

const CSV = `kind,id,name,reseller,language,street,postcode,city,country,kvk,vat_number,iban,mandate_id,mandate_signed_on,contacts,numbers,users,test_users,subscriptions,add_ons,allowed_networks,effective_from
account,A1,"Bakkerij, De Korenaar",R1,en,Dorpsstraat 1,3511 AB,Utrecht,NL,12345678,NL001234567B01,NL91 ABNA 0417 1643 00,M-1,2026-01-02,billing:a@b.example; fair-use:c@d.example,+31302000101; 030-2000102@2026-02-01..2026-03-01,u-1=+31302000101#A1-1; u-2@2026-02-01,probe,unlimited*3@2026-01-01; extra=metered*1@2026-02-01..2027-01-01,recording#60@2026-01-01,203.0.113.0/24; 2001:db8::/32,2026-05-01`;

describe('an accounts CSV', () => {
  it('means what the same JSON means', () => {
    const json = JSON.stringify({
      kind: 'account',
      id: 'A1',
      name: 'Bakkerij, De Korenaar',
      reseller: 'R1',
      language: 'en',
      address: { street: 'Dorpsstraat 1', postcode: '3511 AB', city: 'Utrecht', country: 'NL' },
      kvk: '12345678',
      vatNumber: 'NL001234567B01',
      iban: 'NL91ABNA0417164300',
      mandate: { id: 'M-1', signedOn: '2026-01-02' },
      contacts: [
        { role: 'billing', email: 'a@b.example' },
        { role: 'fair-use', email: 'c@d.example' },
      ],
      numbers: [{ number: '+31302000101' }, { number: '+31302000102', from: '2026-02-01', to: '2026-03-01' }],
      users: [
        { id: 'u-1', number: '+31302000101', subscription: 'A1-1' },
        { id: 'u-2', from: '2026-02-01' },
        { id: 'probe', test: true },
      ],
      subscriptions: [
        { plan: 'unlimited', seats: 3, from: '2026-01-01' },
        { id: 'extra', plan: 'metered', seats: 1, from: '2026-02-01', to: '2027-01-01' },
      ],
      addOns: [{ id: 'recording', from: '2026-01-01', retentionDays: 60 }],
      allowedNetworks: ['203.0.113.0/24', '2001:db8::/32'],
      effectiveFrom: '2026-05-01',
    });
    expect(recordOf(CSV)).toEqual(recordOf(json));
  });

  it('may leave cells empty, and holds resellers too', () => {
    expect(
      parseAccounts('kind,id,name,email,numbers\r\nreseller,R1,Midden,r@r.example,\r\naccount,A1,X,,\r\n'),
    ).toMatchObject({
      problems: [],
      records: [
        { kind: 'reseller', id: 'R1', email: 'r@r.example' },
        { kind: 'account', id: 'A1', numbers: [] },
      ],
    });
  });

  it.each<[string, string, RegExp]>([
    ['without a needed column', 'kind,id\naccount,A1', /line 1: the header row has no column name/],
    [
      'with an unknown column',
      'kind,id,name,colour\naccount,A1,x,red',
      /line 1: colour is no column of accounts; allowed are kind, id/,
    ],
    ['with a column twice', 'kind,id,name,name\naccount,A1,x,y', /has name twice/],
    ['with too many cells', 'kind,id,name\naccount,A1,x,y', /line 2: has 4 cells, the header has 3/],
    [
      'with a subscription without seats',
      'kind,id,name,subscriptions\naccount,A1,x,unlimited@2026-01-01',
      /line 2: subscriptions: "unlimited@2026-01-01" is not of the form id=plan\*seats@from\.\.to/,
    ],
    [
      'with a subscription without a day',
      'kind,id,name,subscriptions\naccount,A1,x,unlimited*3',
      /line 2: subscriptions\.0\.from/,
    ],
    [
      'with a contact without role',
      'kind,id,name,contacts\naccount,A1,x,a@b.example',
      /line 2: contacts: "a@b\.example" is not of the form role:mail/,
    ],
    [
      'with a wrong day',
      'kind,id,name,effective_from\naccount,A1,x,soon',
      /line 2: effectiveFrom: "soon" is not a day/,
    ],
    ['with an open quote', 'kind,id,name\naccount,A1,"x', /neither JSON Lines nor CSV/],
  ])('%s is refused', (_what, text, reason) => {
    expect(reasonsOf(text).join('\n')).toMatch(reason);
  });
});
