import { LoadAccounts } from '#accounts/load-accounts/load-accounts.js';
import { instant } from '#calendar/instant.js';
import { localDate } from '#calendar/local-date.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { loadExampleReference } from '../../../test/harness/reference.js';
import {
  type RetroRatingUnderTest,
  accountsOf,
  chargesOf,
  startRetroRating,
} from '../../../test/harness/retro-rating.js';
import type { ChangeOfSubscription } from '../domain/change-command.js';
import { ChangeSubscription } from './change-subscription.js';

describe('a change of a subscription without a preview', () => {
  let fairline: RetroRatingUnderTest;
  beforeAll(async () => {
    fairline = await startRetroRating('2026-10-25T12:00:00+01:00');
    await loadExampleReference(fairline.commands);
    acceptedOrThrow(
      await fairline.commands.execute(
        new LoadAccounts(accountsOf(['D-1', 'D-2'], { plan: 'unlimited', seats: 1, from: '2026-01-01' })),
      ),
    );
    await fairline.send([callAt('before', '2026-10-20T10:00:00+02:00')]);
  });
  afterAll(async () => fairline.close());

  const callAt = (id: string, at: string) => ({
    id,
    account: 'D-1',
    to: '+31201234567',
    startedAt: instant(at),
    talkSeconds: 60,
  });
  const change = (terms: ChangeOfSubscription) =>
    fairline.commands.execute(new ChangeSubscription({ ...terms, by: 'anna' }));

  it('is made when no call has started on its days, and holds for calls that come', async () => {
    expect(
      acceptedOrThrow(await change({ account: 'D-1', plan: 'metered', from: localDate('2026-10-21') })),
    ).toMatchObject({
      account: 'D-1',
      subscription: 'D-1-1',
      oldPlan: 'unlimited',
      newPlan: 'metered',
      seats: { before: 1, after: 1 },
    });
    await fairline.send([
      callAt('late', '2026-10-20T23:59:59+02:00'),
      callAt('after', '2026-10-21T00:00:00+02:00'),
    ]);
    await fairline.follow();
    expect((await chargesOf(fairline.test.database, 'D-1')).log).toMatchObject({ calls: 3, charge: 74_000 });
    expect(
      await fairline.test.database.query("SELECT FROM es.event WHERE event_type = 'retro-rating.executed'"),
    ).toEqual([]);
  });

  it('may lie in the future', async () => {
    expect(await change({ account: 'D-2', seats: 2, from: localDate('2027-01-01') })).toMatchObject({
      ok: true,
    });
  });

  it.each([
    ['calls are rated on its days', { account: 'D-1', plan: 'unlimited', from: localDate('2026-10-21') }],
    [
      'it lies in a month before this one',
      { account: 'D-2', plan: 'metered', from: localDate('2026-09-30') },
    ],
  ])('needs a preview when %s', async (_why, terms) => {
    expect(await change(terms)).toMatchObject({ ok: false, refusal: { code: 'preview-needed' } });
  });
});
