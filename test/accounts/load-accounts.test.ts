import { readFileSync } from 'node:fs';
import { LoadCalls } from '#call-log/load-calls/load-calls.js';
import { EventRegistry } from '#event-store/event-registry.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { readAssignments } from '#accounts/store/assignments-reader.js';
import { readDetails } from '#accounts/store/account-store.js';
import { verifyAccounts } from '#accounts/verify-accounts/verify-accounts.js';
import { verifySubscriptions } from '#accounts/verify-accounts/verify-subscriptions.js';
import { LoadAccounts } from '#accounts/load-accounts/load-accounts.js';
import { localDate } from '#calendar/local-date.js';
import { instant } from '#calendar/instant.js';
import { type CallLogUnderTest, fixture, loadExampleReference, startCallLog } from '../harness/reference.js';

const account = (id: string, fields: object = {}) => ({
  kind: 'account',
  id,
  name: `Account ${id}`,
  subscriptions: [{ plan: 'metered', seats: 1, from: '2026-01-01' }],
  ...fields,
});
const file = (...records: object[]) => records.map((record) => JSON.stringify(record)).join('\n');

describe('loading accounts', () => {
  let fairline: CallLogUnderTest;
  beforeAll(async () => {
    fairline = await startCallLog();
    await loadExampleReference(fairline.commands);
    acceptedOrThrow(await fairline.commands.execute(new LoadCalls([fixture('examples/calls.jsonl')])));
  });
  afterAll(async () => fairline.close());

  const load = (...records: object[]) => fairline.commands.execute(new LoadAccounts(file(...records)));
  const now = () => readAssignments(fairline.test.database, Number.MAX_SAFE_INTEGER);
  const everything = () =>
    fairline.test.database.query(
      `SELECT (SELECT count(*) FROM es.event) AS events, (SELECT count(*) FROM accounts.account) AS accounts,
        (SELECT count(*) FROM accounts.number_assignment) AS numbers, (SELECT position FROM catalogue.reference_head) AS head`,
    );
  const consistent = async () => {
    const registry = fairline.module.get(EventRegistry);
    expect(await verifyAccounts(fairline.test.database)).toMatchObject({ differences: [] });
    expect(await verifySubscriptions(fairline.test.database, registry)).toMatchObject({ differences: [] });
  };

  it('the same file again does nothing, not even an event', async () => {
    const before = await everything();
    const again = await fairline.commands.execute(
      new LoadAccounts(readFileSync(fixture('examples/accounts.jsonl'), 'utf8')),
    );
    expect(acceptedOrThrow(again)).toMatchObject({
      loaded: [],
      changed: [],
      unchanged: ['R1', 'A1001', 'A1002'],
    });
    expect(await everything()).toEqual(before);
    await consistent();
  });

  it.each<[string, object[], RegExp]>([
    [
      'a plan that is not in the catalogue',
      [account('N1'), account('N2', { subscriptions: [{ plan: 'gold', seats: 1, from: '2026-01-01' }] })],
      /N2: plan gold is not in the catalogue/,
    ],
    [
      'a reseller that nobody knows',
      [account('N1'), account('N2', { reseller: 'R9' })],
      /N2: reseller R9 is not known/,
    ],
    [
      'a number that another account has',
      [account('N1'), account('N2', { numbers: ['+31302000101'] })],
      /number \+31302000101: belongs to A1001 at that time/,
    ],
    [
      'a number under two accounts of the file',
      [account('N1', { numbers: ['+31881111111'] }), account('N2', { numbers: ['+31881111111'] })],
      /under two accounts of the file/,
    ],
    [
      'a user that another account has',
      [account('N1'), account('N2', { users: ['korenaar-1'] })],
      /user korenaar-1: belongs to A1001/,
    ],
    [
      'a changed record without effectiveFrom',
      [account('N1'), account('A1002')],
      /A1002: differs from what was loaded before; add "effectiveFrom"/,
    ],
    [
      'a change of days whose calls are rated',
      [account('N1'), account('A1001', { effectiveFrom: '2026-10-01' })],
      /A1001: has calls up to 2026-10-\d\d.*fairline subscription change/,
    ],
    [
      'a change that its subscription refuses',
      [
        account('N1'),
        account('A1002', {
          subscriptions: [{ plan: 'unlimited', seats: 2, from: '2026-10-10' }],
          effectiveFrom: '2026-01-05',
        }),
      ],
      /./,
    ],
    [
      'an account that moves to another reseller',
      [account('N1'), account('A1002', { reseller: 'R1', effectiveFrom: '2026-11-05' })],
      /A1002: belongs to no reseller, the record says R1/,
    ],
    [
      'a subscription that ends on another day',
      [
        account('N1'),
        account('A1002', {
          subscriptions: [{ plan: 'metered', seats: 1, from: '2026-10-10', to: '2026-12-01' }],
          effectiveFrom: '2026-11-05',
        }),
      ],
      /A1002-1 ends on no day, the record says 2026-12-01/,
    ],
  ])('with %s nothing of the file is loaded', async (_what, records, message) => {
    const before = await everything();
    const result = await load(...records);
    expect(result).toMatchObject({ ok: false, refusal: { message: expect.stringMatching(message) } });
    expect(await everything()).toEqual(before);
  });

  it('a number may go from one account to another, but not be with two at once', async () => {
    acceptedOrThrow(
      await load(
        account('P1', { numbers: [{ number: '+31882222222', from: '2026-01-01', to: '2026-06-01' }] }),
      ),
    );
    acceptedOrThrow(await load(account('P2', { numbers: [{ number: '+31882222222', from: '2026-06-01' }] })));
    const assignments = await now();
    expect(assignments.number('+31882222222', instant('2026-05-31T21:59:59Z'))?.account).toBe('P1');
    expect(assignments.number('+31882222222', instant('2026-05-31T22:00:00Z'))?.account).toBe('P2');
    expect(
      await load(
        account('P3', { numbers: [{ number: '+31882222222', from: '2026-05-01', to: '2026-05-02' }] }),
      ),
    ).toMatchObject({ ok: false });
  });

  it('a changed record holds from its day on and what it does not mention stays', async () => {
    acceptedOrThrow(
      await load(
        account('C1', {
          name: 'Old',
          numbers: ['+31883333331'],
          users: ['c-1'],
          contacts: [{ role: 'billing', email: 'old@c.example' }],
        }),
      ),
    );
    const report = acceptedOrThrow(
      await load(
        account('C1', {
          name: 'New',
          numbers: ['+31883333332'],
          subscriptions: [{ plan: 'unlimited', seats: 2, from: '2026-01-01' }],
          effectiveFrom: '2026-11-01',
        }),
      ),
    );
    expect(report).toMatchObject({ changed: ['C1'], loaded: [] });
    const detailsOn = async (day: string) =>
      (await readDetails(fairline.test.database, ['C1'], localDate(day))).get('C1')?.name;
    expect([await detailsOn('2026-10-31'), await detailsOn('2026-11-01')]).toEqual(['Old', 'New']);
    const assignments = await now();
    const at = (day: string) => instant(`${day}T12:00:00Z`);
    expect(assignments.number('+31883333331', at('2026-12-01'))?.account).toBe('C1');
    expect(assignments.number('+31883333332', at('2026-10-31'))).toBeUndefined();
    expect(assignments.number('+31883333332', at('2026-11-01'))?.account).toBe('C1');
    expect(assignments.coverage('C1', undefined, at('2026-10-31'))).toMatchObject({
      terms: { plan: 'metered', seats: 1 },
    });
    expect(assignments.coverage('C1', undefined, at('2026-11-01'))).toMatchObject({
      terms: { plan: 'unlimited', seats: 2 },
    });
    expect(
      await load(
        account('C1', {
          name: 'New',
          numbers: ['+31883333332'],
          subscriptions: [{ plan: 'unlimited', seats: 2, from: '2026-01-01' }],
        }),
      ),
    ).toMatchObject({ value: { unchanged: ['C1'] } });
    await consistent();
  });

  it('two loads of the same file at once register each account once', async () => {
    const results = await Promise.all([1, 2, 3].map(() => load(account('T1'), account('T2'))));
    const reports = results.map(acceptedOrThrow);
    expect(reports.flatMap((one) => one.loaded).toSorted()).toEqual(['T1', 'T2']);
    expect(reports.flatMap((one) => one.unchanged)).toHaveLength(4);
    await consistent();
  });

  it('takes CSV as well as JSON Lines, and knows the one by the other', async () => {
    const csv = 'kind,id,name,users,subscriptions\naccount,V1,Vee,v-1,metered*1@2026-01-01\n';
    expect(acceptedOrThrow(await fairline.commands.execute(new LoadAccounts(csv)))).toMatchObject({
      loaded: ['V1'],
    });
    expect(acceptedOrThrow(await load(account('V1', { name: 'Vee', users: [{ id: 'v-1' }] })))).toMatchObject(
      { unchanged: ['V1'] },
    );
  });
});
