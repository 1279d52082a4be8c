import fc from 'fast-check';
import { readSubscriptions } from '#accounts/store/assignments-reader.js';
import { LoadAccounts } from '#accounts/load-accounts/load-accounts.js';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { type Instant, instant } from '#calendar/instant.js';
import { type Period, addDays, localDate, period } from '#calendar/local-date.js';
import { ReferenceDataReader } from '#call-log/store/reference-data-reader.js';
import { ShowDraftInvoice } from '#invoicing/show-draft-invoice/show-draft-invoice.js';
import { parseCents, parseMicroEuros } from '#money/money.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { loadExampleReference } from '../../test/harness/reference.js';
import {
  type RetroRatingUnderTest,
  accountsOf,
  chargesOf,
  startRetroRating,
} from '../../test/harness/retro-rating.js';
import { ConfirmSubscriptionChange } from './confirm-change/confirm-subscription-change.js';
import { PreviewSubscriptionChange } from './preview-change/preview-subscription-change.js';
import { verifyRatings } from './verify-ratings/verify-ratings.js';

const MONTHS = [period('2026-09'), period('2026-10')];
const DESTINATIONS = [
  '+31201234567',
  '+31612345678',
  '+319001234567',
  '+4930123456',
  '+12125550123',
  '112',
  '+318001234',
];
const FIRST_DAY = localDate('2026-09-01');
const RUNS = 20;

/** From September to the end of October: months, midnights, and the night with 25 hours. */
const call = fc.record({
  startedAt: fc.oneof(
    fc.integer({ min: instant('2026-09-01T00:00:00+02:00'), max: instant('2026-10-31T11:00:00+01:00') }),
    fc.integer({ min: instant('2026-10-24T23:30:00+02:00'), max: instant('2026-10-25T04:30:00+01:00') }),
    fc.constantFrom(
      instant('2026-09-30T23:59:58+02:00'),
      instant('2026-10-15T23:59:59+02:00'),
      instant('2026-10-16T00:00:00+02:00'),
    ),
  ),
  to: fc.constantFrom(...DESTINATIONS),
  talkSeconds: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9_000 })),
});
const change = fc.record({
  day: fc.integer({ min: 0, max: 60 }),
  plan: fc.constantFrom('unlimited', 'metered'),
  seats: fc.integer({ min: 1, max: 12 }),
  late: fc.array(call, { maxLength: 3 }),
});

describe('the preview of a change is its result', () => {
  let fairline: RetroRatingUnderTest;
  let serial = 0;
  beforeAll(async () => {
    fairline = await startRetroRating();
    await loadExampleReference(fairline.commands);
  });
  afterAll(async () => fairline.close());

  const send = async (
    account: string,
    calls: readonly { startedAt: number; to: string; talkSeconds: number }[],
  ) =>
    fairline.send(
      calls.map((one) => ({
        ...one,
        startedAt: one.startedAt as Instant,
        account,
        id: `${account}/${(serial += 1)}`,
      })),
    );
  const draftOf = async (account: string, month: Period) => {
    const { net, vatTotal, total } = acceptedOrThrow(
      await fairline.queries.execute(new ShowDraftInvoice(account, month, { live: true })),
    );
    return { net: centsOf(net), vat: centsOf(vatTotal), total: centsOf(total) };
  };
  const draftsOf = async (account: string) => Promise.all(MONTHS.map((month) => draftOf(account, month)));
  const usageOf = async (account: string) =>
    (await chargesOf(fairline.test.database, account)).usage?.charge ?? 0;

  it('to the micro-euro and the cent, for any calls and any order of changes; and no charge appears or goes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('unlimited', 'metered'),
        fc.array(call, { minLength: 1, maxLength: 25 }),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        async (plan, calls, changes) => {
          const account = `Q-${(serial += 1)}`;
          acceptedOrThrow(
            await fairline.commands.execute(
              new LoadAccounts(accountsOf([account], { plan, seats: 2, from: '2026-01-01' })),
            ),
          );
          await send(account, calls);
          for (const { day, late, ...terms } of changes.toSorted((a, b) => a.day - b.day)) {
            const from = addDays(FIRST_DAY, day);
            const before = { usage: await usageOf(account), drafts: await draftsOf(account) };
            const previewed = await fairline.commands.execute(
              new PreviewSubscriptionChange({ account, ...terms, from, by: 'anna' }),
            );
            if (!previewed.ok) {
              expect(previewed.refusal.code).toBe('nothing-changes');
              continue;
            }
            const preview = previewed.value;
            acceptedOrThrow(
              await fairline.commands.execute(
                new ConfirmSubscriptionChange({ account, hash: preview.hash, by: 'anna' }),
              ),
            );
            await fairline.follow();
            const after = { usage: await usageOf(account), drafts: await draftsOf(account) };
            expect(after.usage - before.usage).toBe(
              microOf(preview.callCharges.after) - microOf(preview.callCharges.before),
            );
            MONTHS.forEach((month, index) => {
              const document = preview.documents.find((one) => one.period === month);
              for (const amount of ['net', 'vat', 'total'] as const) {
                expect((after.drafts[index]?.[amount] ?? 0) - (before.drafts[index]?.[amount] ?? 0)).toBe(
                  document === undefined ? 0 : centsOf(document[amount]),
                );
              }
            });
            await send(account, late);
          }
          const { log, usage } = await chargesOf(fairline.test.database, account);
          expect(usage).toEqual(log);
        },
      ),
      { numRuns: RUNS },
    );
    const check = await verifyRatings(fairline.test.database, fairline.module.get(ReferenceDataReader));
    expect(check.compared).toBeGreaterThan(RUNS);
    expect(check.differences).toEqual([]);
  }, 180_000);

  it('the terms that the preview rated by are the terms that the event wrote', async () => {
    const account = `Q-${(serial += 1)}`;
    acceptedOrThrow(
      await fairline.commands.execute(
        new LoadAccounts(accountsOf([account], { plan: 'unlimited', seats: 2, from: '2026-01-01' })),
      ),
    );
    const { hash } = acceptedOrThrow(
      await fairline.commands.execute(
        new PreviewSubscriptionChange({
          account,
          plan: 'metered',
          from: localDate('2026-10-16'),
          by: 'anna',
        }),
      ),
    );
    acceptedOrThrow(
      await fairline.commands.execute(new ConfirmSubscriptionChange({ account, hash, by: 'anna' })),
    );
    const { position } = await fairline.module.get(ReferenceDataReader).current();
    expect(await readSubscriptions(fairline.test.database, position, [account])).toEqual([
      {
        account,
        subscription: `${account}-1`,
        plan: 'unlimited',
        seats: 2,
        from: '2026-01-01',
        to: '2026-10-16',
      },
      { account, subscription: `${account}-1`, plan: 'metered', seats: 2, from: '2026-10-16', to: null },
    ]);
    expect(AMSTERDAM.startOfDay(localDate('2026-10-16'))).toBe(instant('2026-10-16T00:00:00+02:00'));
    await fairline.follow();
  });
});

function centsOf(text: string): number {
  const amount = parseCents(text);
  if (amount === undefined) throw new RangeError(`${text} is no amount`);
  return amount;
}

function microOf(text: string): number {
  const amount = parseMicroEuros(text);
  if (amount === undefined) throw new RangeError(`${text} is no amount`);
  return amount;
}
