import { readFileSync } from 'node:fs';
import { LoadAccounts } from '#accounts/load-accounts/load-accounts.js';
import { instant } from '#calendar/instant.js';
import { localDate } from '#calendar/local-date.js';
import { LoadCatalogue } from '#catalogue/load-catalogue/load-catalogue.js';
import { type Outcome, acceptedOrThrow } from '#outcome/outcome.js';
import { LoadTariff } from '#rating/load-tariff/load-tariff.js';
import { fixture, loadExampleReference } from '../../../test/harness/reference.js';
import {
  type RetroRatingUnderTest,
  type SentCall,
  accountsOf,
  accountsOfOneBucket,
  chargesOf,
  startRetroRating,
} from '../../../test/harness/retro-rating.js';
import type { ChangeOfSubscription } from '../domain/change-command.js';
import type { RetroactiveChange } from '../domain/retroactive-change.js';
import { PreviewSubscriptionChange } from '../preview-change/preview-subscription-change.js';
import { ConfirmSubscriptionChange, type ConfirmedChange } from './confirm-subscription-change.js';

const FIXED = '+31201234567';
const from = localDate('2026-10-16');
const at = (text: string) => instant(text);

describe('the confirmation of a preview', () => {
  let fairline: RetroRatingUnderTest;
  let serial = 0;
  const fresh = async (terms = { plan: 'unlimited', seats: 3, from: '2026-01-01' }): Promise<string> => {
    const id = `C-${(serial += 1)}`;
    acceptedOrThrow(await fairline.commands.execute(new LoadAccounts(accountsOf([id], terms))));
    return id;
  };
  const call = (account: string, id: string, startedAt: string, talkSeconds = 60): SentCall => ({
    id: `${account}/${id}`,
    account,
    to: FIXED,
    startedAt: at(startedAt),
    talkSeconds,
  });
  const preview = (change: ChangeOfSubscription): Promise<Outcome<RetroactiveChange>> =>
    fairline.commands.execute(new PreviewSubscriptionChange({ ...change, by: 'anna' }));
  const confirm = (account: string, hash: string, by = 'anna'): Promise<Outcome<ConfirmedChange>> =>
    fairline.commands.execute(new ConfirmSubscriptionChange({ account, hash, by }));
  const executedOf = async (account: string) =>
    (
      await fairline.test.database.query<{ data: Record<string, unknown> }>(
        "SELECT data FROM es.event WHERE event_type = 'retro-rating.executed' AND data ->> 'account' = $1",
        [account],
      )
    ).map((row) => row.data);
  const refusalOf = (outcome: Outcome<unknown>) => (outcome.ok ? undefined : outcome.refusal);

  beforeAll(async () => {
    fairline = await startRetroRating();
    await loadExampleReference(fairline.commands);
  });
  afterAll(async () => fairline.close());

  it('needs a preview that was made, and of this change', async () => {
    const account = await fresh();
    expect(refusalOf(await confirm(account, 'f'.repeat(64)))?.code).toBe('unknown-preview');
    const { hash } = acceptedOrThrow(await preview({ account, plan: 'metered', from }));
    const other = await fairline.commands.execute(
      new ConfirmSubscriptionChange({
        account,
        plan: 'metered',
        from: localDate('2026-10-17'),
        hash,
        by: 'anna',
      }),
    );
    expect(refusalOf(other)).toMatchObject({
      code: 'other-change',
      message: expect.stringContaining('from is 2026-10-16 there, not 2026-10-17'),
    });
  });

  it('rates calls that arrive after the preview by the new plan and reports them', async () => {
    const account = await fresh();
    await fairline.send([call(account, '1', '2026-10-18T10:00:00+02:00')]);
    const { hash } = acceptedOrThrow(await preview({ account, plan: 'metered', from }));
    await fairline.send([
      call(account, '2', '2026-10-17T10:00:00+02:00', 120),
      call(account, 'before the change', '2026-10-02T10:00:00+02:00'),
    ]);
    const arrivedSince = { calls: 1, seconds: 120, charge: '0.0900' };
    expect(acceptedOrThrow(await confirm(account, hash))).toMatchObject({ repeated: false, arrivedSince });
    await fairline.follow();
    expect(await executedOf(account)).toMatchObject([
      { calls: 1, callChargesBefore: '0.0000', callChargesAfter: '0.0700', arrivedSince },
    ]);
    const { log, usage } = await chargesOf(fairline.test.database, account);
    expect(log).toMatchObject({ calls: 3, charge: 160_000 });
    expect(usage).toEqual(log);
  });

  it('is refused when the subscription changed since, and says so', async () => {
    const account = await fresh();
    const first = acceptedOrThrow(await preview({ account, plan: 'metered', from }));
    const second = acceptedOrThrow(await preview({ account, seats: 5, from }));
    acceptedOrThrow(await confirm(account, second.hash));
    const outdated = {
      code: 'preview-outdated',
      details: { changes: [`the subscriptions of ${account} changed since`] },
    };
    expect(refusalOf(await confirm(account, first.hash))).toMatchObject(outdated);
    await fairline.follow();
    expect(refusalOf(await confirm(account, first.hash))).toMatchObject(outdated);
    expect(await executedOf(account)).toHaveLength(1);
  });

  it('is refused when users of an add-on changed since, since its fees are others', async () => {
    const id = `C-${(serial += 1)}`;
    const record = {
      kind: 'account',
      id,
      name: id,
      users: [`${id}-1`],
      addOns: [{ id: 'recording', from: '2026-01-01', retentionDays: 90 }],
      subscriptions: [{ plan: 'unlimited', seats: 3, from: '2026-01-01' }],
    };
    const load = async (more: object) =>
      acceptedOrThrow(
        await fairline.commands.execute(new LoadAccounts(JSON.stringify({ ...record, ...more }))),
      );
    await load({});
    const { hash, subscriptionFees } = acceptedOrThrow(await preview({ account: id, plan: 'metered', from }));
    expect(subscriptionFees).toEqual({ before: '47.85', after: '32.36' });
    await load({ users: [`${id}-1`, `${id}-2`], effectiveFrom: '2026-10-31' });
    expect(refusalOf(await confirm(id, hash))).toMatchObject({
      code: 'preview-outdated',
      message: expect.stringContaining('users or add-ons changed since'),
    });
  });

  it('is refused when a tariff or a catalogue of these months was published since, which it names', async () => {
    const account = await fresh();
    const makePreview = async () => acceptedOrThrow(await preview({ account, plan: 'metered', from })).hash;
    const beforeTariff = await makePreview();
    const deck = readFileSync(fixture('examples/tariff-regular.csv'), 'utf8');
    const [header = '', ...rows] = deck.trim().split('\n');
    const later = (day: string) =>
      [
        header,
        ...rows.filter((row) => row.includes('2026-10-20')).map((row) => row.replace('2026-10-20', day)),
      ].join('\n');
    acceptedOrThrow(await fairline.commands.execute(new LoadTariff(later('2026-11-05'))));
    const beforeCatalogue = await makePreview();
    expect(beforeCatalogue).toBe(beforeTariff);
    acceptedOrThrow(await fairline.commands.execute(new LoadTariff(later('2026-10-31'))));
    expect(refusalOf(await confirm(account, beforeTariff))?.message).toContain(
      'a tariff version was published since (regular of 2026-10-31)',
    );
    const afterTariff = await makePreview();
    const catalogue = readFileSync(fixture('examples/catalogue.yaml'), 'utf8');
    acceptedOrThrow(
      await fairline.commands.execute(
        new LoadCatalogue(`valid_from: 2026-10-31\n${catalogue.replace('"4.95"', '"5.95"')}`),
      ),
    );
    expect(refusalOf(await confirm(account, afterTariff))?.message).toContain(
      'a catalogue version was published since (from 2026-10-31)',
    );
    expect(await executedOf(account)).toEqual([]);
  });

  it('of two people at once carries the change out once, and gives both the same result', async () => {
    const account = await fresh();
    await fairline.send([call(account, '1', '2026-10-18T10:00:00+02:00')]);
    const { hash } = acceptedOrThrow(await preview({ account, plan: 'metered', from }));
    const both = (await Promise.all([confirm(account, hash, 'anna'), confirm(account, hash, 'bram')])).map(
      acceptedOrThrow,
    );
    expect(both.map((one) => one.repeated).toSorted()).toEqual([false, true]);
    expect(both[0]?.changeId).toBe(both[1]?.changeId);
    await fairline.follow();
    expect(await executedOf(account)).toHaveLength(1);
    const [changes] = await fairline.test.database.query<{ count: number }>(
      "SELECT count(*) FROM es.event WHERE event_type = 'subscription.changed' AND data ->> 'account' = $1",
      [account],
    );
    expect(changes?.count).toBe(1);
  });

  it('changes fees and no call when only seats change', async () => {
    const account = await fresh({ plan: 'metered', seats: 2, from: '2026-01-01' });
    await fairline.send([call(account, '1', '2026-10-18T10:00:00+02:00')]);
    const seats = acceptedOrThrow(await preview({ account, seats: 4, from }));
    expect(seats).toMatchObject({
      oldPlan: 'metered',
      newPlan: 'metered',
      seats: { before: 2, after: 4 },
      calls: { affected: 0, seconds: 0 },
      byPeriod: [],
      callCharges: { before: '0.0000', after: '0.0000' },
    });
    expect(Number(seats.net)).toBeGreaterThan(0);
    acceptedOrThrow(await confirm(account, seats.hash));
    await fairline.follow();
    expect(await executedOf(account)).toMatchObject([{ calls: 0, net: seats.net }]);
  });

  it('leaves the calls of other accounts of the bucket alone', async () => {
    const [one = '', other = ''] = accountsOfOneBucket(2, 'bucket-mates');
    const terms = { plan: 'unlimited', seats: 1, from: '2026-01-01' };
    acceptedOrThrow(await fairline.commands.execute(new LoadAccounts(accountsOf([one, other], terms))));
    await fairline.send([
      call(one, '1', '2026-10-18T10:00:00+02:00'),
      call(other, '1', '2026-10-18T10:00:00+02:00'),
    ]);
    const { hash } = acceptedOrThrow(await preview({ account: one, plan: 'metered', from }));
    acceptedOrThrow(await confirm(one, hash));
    await fairline.follow();
    expect((await chargesOf(fairline.test.database, one)).log?.charge).toBe(70_000);
    expect((await chargesOf(fairline.test.database, other)).log?.charge).toBe(0);
  });

  it('can be undone by a change back, with its own preview', async () => {
    const account = await fresh();
    await fairline.send([call(account, '1', '2026-10-18T10:00:00+02:00')]);
    const there = acceptedOrThrow(await preview({ account, plan: 'metered', from }));
    acceptedOrThrow(await confirm(account, there.hash));
    expect(refusalOf(await preview({ account, plan: 'unlimited', from }))?.code).toBe('ratings-pending');
    await fairline.follow();
    const back = acceptedOrThrow(await preview({ account, plan: 'unlimited', from }));
    expect(back).toMatchObject({ callCharges: { before: '0.0700', after: '0.0000' } });
    for (const amount of ['net', 'vat', 'total'] as const) {
      expect(Number(back[amount])).toBe(-Number(there[amount]));
    }
    acceptedOrThrow(await confirm(account, back.hash));
    await fairline.follow();
    expect((await chargesOf(fairline.test.database, account)).log?.charge).toBe(0);
  });

  it('of a change that has another one after it is refused in a clear sentence', async () => {
    const account = await fresh();
    const { hash } = acceptedOrThrow(await preview({ account, seats: 4, from: localDate('2026-10-20') }));
    acceptedOrThrow(await confirm(account, hash));
    await fairline.follow();
    expect(refusalOf(await preview({ account, plan: 'metered', from }))).toMatchObject({
      code: 'later-change',
      message: expect.stringContaining('later change'),
    });
  });

  it.each([
    [{ plan: 'gold' }, 'unknown-plan'],
    [{ seats: 0 }, 'invalid-seats'],
    [{ seats: 1.5 }, 'invalid-seats'],
    [{}, 'nothing-changes'],
    [{ plan: 'metered', from: localDate('2025-12-31') }, 'unknown-plan|no-subscription'],
    [{ plan: 'metered', subscription: 'another' }, 'no-subscription'],
  ])('a preview of %j is refused', async (terms, code) => {
    const account = await fresh();
    expect(refusalOf(await preview({ account, from, ...terms }))?.code).toMatch(new RegExp(`^(${code})$`));
  });

  it('an account that is not there is refused', async () => {
    expect(refusalOf(await preview({ account: 'nobody', plan: 'metered', from }))?.code).toBe(
      'unknown-account',
    );
  });
});
