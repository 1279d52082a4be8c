import { ReferenceDataReader } from '#call-log/store/reference-data-reader.js';
import { READ_BUCKET_PAGE } from '#call-log/store/rated-call-reader.js';
import { LoadCalls } from '#call-log/load-calls/load-calls.js';
import { localDate } from '#calendar/local-date.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { bucketOf } from '#platform/identity/ids.js';
import { fixture, loadExampleReference } from '../../../test/harness/reference.js';
import { type RetroRatingUnderTest, startRetroRating } from '../../../test/harness/retro-rating.js';
import { ConfirmSubscriptionChange } from '../confirm-change/confirm-subscription-change.js';
import { PreviewSubscriptionChange } from '../preview-change/preview-subscription-change.js';
import { verifyRatings } from './verify-ratings.js';

describe('verify of ratings', () => {
  let fairline: RetroRatingUnderTest;
  const verify = () => verifyRatings(fairline.test.database, fairline.module.get(ReferenceDataReader));
  const bucket = bucketOf('A1001');

  beforeEach(async () => {
    fairline = await startRetroRating();
    await loadExampleReference(fairline.commands);
    acceptedOrThrow(await fairline.commands.execute(new LoadCalls([fixture('examples/calls.jsonl')])));
  });
  afterEach(async () => fairline.close());

  const decideChange = async () => {
    const change = { account: 'A1001', plan: 'metered', from: localDate('2026-10-16'), by: 'anna' };
    const { hash } = acceptedOrThrow(await fairline.commands.execute(new PreviewSubscriptionChange(change)));
    acceptedOrThrow(await fairline.commands.execute(new ConfirmSubscriptionChange({ ...change, hash })));
  };

  it('compares every call, and every later rating with the one before it', async () => {
    expect(await verify()).toEqual({ name: 'ratings', compared: 10, differences: [] });
    await decideChange();
    expect(await verify()).toEqual({ name: 'ratings', compared: 10, differences: [] });
    await fairline.follow();
    expect(await verify()).toEqual({ name: 'ratings', compared: 12, differences: [] });
  });

  it('names a call whose charge was altered, also while a change of its account is being carried out', async () => {
    await fairline.test.database.query(
      "UPDATE cdr.call_record SET charge = charge + 1 WHERE bucket = $1 AND call_id = 'c-0004'",
      [bucket],
    );
    const sentence =
      'call switch-1 c-0004 of A1001 (2026-10-21T20:59:50Z) is stored otherwise than it is rated: charge 1 → 0';
    expect((await verify()).differences).toEqual([sentence]);
    await decideChange().catch(() => undefined);
    expect((await verify()).differences).toHaveLength(1);
  });

  it('names a later rating that was altered: as rating and as what the chain says', async () => {
    await decideChange();
    await fairline.follow();
    await fairline.test.database.query(
      'UPDATE cdr.call_rating SET charge_before = 7 WHERE bucket = $1 AND charge = 5090000',
      [bucket],
    );
    expect((await verify()).differences).toEqual([
      expect.stringMatching(/^rating \d+ of call .* of A1001 .* says it replaced other amounts/),
    ]);
    await fairline.test.database.query(
      'UPDATE cdr.call_rating SET charge = charge - 1, charge_before = 0 WHERE bucket = $1 AND charge = 5090000',
      [bucket],
    );
    expect((await verify()).differences).toEqual([expect.stringContaining('charge 5089999 → 5090000')]);
  });

  it('reads a bucket along its index, page by page', async () => {
    const plan = await fairline.test.database.transaction(async (transaction) => {
      await transaction.query('SET LOCAL enable_seqscan = off');
      await transaction.query('SET LOCAL enable_sort = off');
      return transaction.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${READ_BUCKET_PAGE}`, [
        bucket,
        0,
        1_000_000,
        100,
      ]);
    });
    expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toMatch(
      /Merge Append|Index Scan using \w*bucket_seq/,
    );
  });
});
