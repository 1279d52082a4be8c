import { LoadAccounts } from '#accounts/load-accounts/load-accounts.js';
import { LogProjection } from '#call-log/domain/log-entry.js';
import { ReferenceDataReader } from '#call-log/store/reference-data-reader.js';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { READ_PAGE } from '#call-log/store/rated-call-reader.js';
import { type Instant, instant } from '#calendar/instant.js';
import { localDate } from '#calendar/local-date.js';
import { EventRegistry } from '#event-store/event-registry.js';
import { EventStore } from '#event-store/event-store.js';
import { SubscriptionRunner } from '#event-store/subscription.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import type { Database } from '#platform/database/database.js';
import { bucketOf } from '#platform/identity/ids.js';
import { FailingDatabase, Killed, interruptedBefore } from '../../../test/harness/failing-database.js';
import { loadExampleReference } from '../../../test/harness/reference.js';
import {
  type RetroRatingUnderTest,
  type SentCall,
  accountsOf,
  accountsOfOneBucket,
  chargesOf,
  recordsOf,
  startRetroRating,
} from '../../../test/harness/retro-rating.js';
import { NoClosedPeriods } from '../closed-periods.js';
import {
  ConfirmSubscriptionChange,
  ConfirmSubscriptionChangeHandler,
} from '../confirm-change/confirm-subscription-change.js';
import { ChangeCalculation } from '../preview-change/change-calculation.js';
import { PreviewSubscriptionChange } from '../preview-change/preview-subscription-change.js';
import { PreviewStore } from '../store/preview-store.js';
import { verifyRatings } from '../verify-ratings/verify-ratings.js';
import { pendingAccounts } from './pending-accounts.js';
import { RerateSubscription } from './rerate-subscription.js';
import { RerateSettings, Rerater } from './rerater.js';

const FIXED = '+31201234567';
const FROM = localDate('2026-10-16');
const BEGIN = instant('2026-10-16T08:00:00+02:00');
/** Connect fee and a minute to a fixed number before 2026-10-20, in micro-euros. */
const CHARGE_OF_60 = 70_000;

class SmallParts extends RerateSettings {
  override readonly ratingsPerPart = 3;
}

/** Of a writer that pinned and rated its batch before a change, and is refused once. */
class LateReader extends ReferenceDataReader {
  asked = 0;

  constructor(
    database: Database,
    private readonly known: number,
  ) {
    super(database);
  }

  override async current() {
    this.asked += 1;
    return this.asked <= 2 ? this.at(this.known) : super.current();
  }
}

describe('the ratings that follow a change', () => {
  let fairline: RetroRatingUnderTest;
  let real: Database;

  beforeAll(async () => {
    fairline = await startRetroRating();
    real = fairline.test.database;
    await loadExampleReference(fairline.commands);
  });
  afterAll(async () => fairline.close());

  const register = async (...ids: string[]) =>
    acceptedOrThrow(
      await fairline.commands.execute(
        new LoadAccounts(accountsOf(ids, { plan: 'unlimited', seats: 1, from: '2026-01-01' })),
      ),
    );
  const calls = (account: string, count: number, name = 'call'): SentCall[] =>
    Array.from({ length: count }, (_unused, index) => ({
      id: `${account}/${name}-${index}`,
      account,
      user: `${account}-u`,
      to: FIXED,
      startedAt: (BEGIN + index * 60_000) as Instant,
      talkSeconds: 60,
    }));
  const preview = async (account: string) =>
    acceptedOrThrow(
      await fairline.commands.execute(
        new PreviewSubscriptionChange({ account, plan: 'metered', from: FROM, by: 'anna' }),
      ),
    );
  /** The program on another database object, as a process of its own would have it. */
  const processOn = (database: Database, settings = new RerateSettings()) => {
    const store = new EventStore(database, fairline.module.get(EventRegistry));
    const reference = new ReferenceDataReader(database);
    const projection = fairline.module.get(LogProjection);
    const previews = new PreviewStore(database);
    const calculation = new ChangeCalculation(database, store, reference, projection, new NoClosedPeriods());
    const rerater = new Rerater(database, reference, projection, settings);
    return {
      confirm: new ConfirmSubscriptionChangeHandler(
        calculation,
        previews,
        reference,
        store,
        new BusinessClock(database),
      ),
      runner: new SubscriptionRunner(store, database, [
        new RerateSubscription(rerater, database, store, previews),
      ]),
    };
  };
  const lateWriter = (known: number) => {
    const reader = new LateReader(real, known);
    return {
      reader,
      writer: new CallLogWriter(real, reader, fairline.module.get(LogProjection), { connections: 1 }),
    };
  };
  const executions = async (account: string) =>
    (
      await real.query<{ data: object }>(
        "SELECT data FROM es.event WHERE event_type = 'retro-rating.executed' AND data ->> 'account' = $1",
        [account],
      )
    ).map((row) => row.data);
  const expectDone = async (account: string, count: number) => {
    const { log, usage } = await chargesOf(real, account);
    expect(log).toEqual({ calls: count, charge: count * CHARGE_OF_60, regular: count * CHARGE_OF_60 });
    expect(usage).toEqual(log);
    const [ratings] = await real.query<{ count: number }>(
      'SELECT count(*) FROM cdr.call_rating WHERE bucket = $1 AND account_id = $2',
      [bucketOf(account), account],
    );
    expect(ratings?.count).toBe(count);
  };

  it('killed at any step of the confirmation, a change is done or not done, and confirming again does it once', async () => {
    const accounts = Array.from({ length: 80 }, (_unused, index) => `K-${index}`);
    await register(...accounts);
    await fairline.send(accounts.flatMap((account) => calls(account, 1)));
    let failAt = 0;
    for (const account of accounts) {
      failAt += 1;
      const { hash } = await preview(account);
      const command = new ConfirmSubscriptionChange({ account, hash, by: 'anna' });
      const failing = new FailingDatabase(real, failAt);
      const outcome = await processOn(failing.database)
        .confirm.execute(command)
        .catch((error: unknown) => error);
      if (!(outcome instanceof Killed)) {
        expect(failing.steps).toBeLessThan(failAt);
        break;
      }
      const again = acceptedOrThrow(await processOn(real).confirm.execute(command));
      expect(again.hash).toBe(hash);
    }
    expect(failAt).toBeGreaterThan(20);
    expect(failAt).toBeLessThan(accounts.length);
    await fairline.follow();
    const [changes] = await real.query<{ changes: number; accounts: number }>(
      `SELECT count(*) AS changes, count(DISTINCT data ->> 'account') AS accounts FROM es.event
       WHERE event_type = 'subscription.changed' AND data ->> 'account' LIKE 'K-%'`,
    );
    expect(changes).toEqual({ changes: failAt, accounts: failAt });
  }, 120_000);

  it('killed at any step of the execution, the next run finishes: no call rated twice, none left', async () => {
    const accounts = Array.from({ length: 90 }, (_unused, index) => `R-${index}`);
    await register(...accounts);
    await fairline.send(accounts.flatMap((account) => calls(account, 7)));
    let failAt = 0;
    for (const account of accounts) {
      failAt += 1;
      const { hash } = await preview(account);
      acceptedOrThrow(
        await fairline.commands.execute(new ConfirmSubscriptionChange({ account, hash, by: 'anna' })),
      );
      const failing = new FailingDatabase(real, failAt);
      const error = await processOn(failing.database, new SmallParts())
        .runner.drain()
        .catch((thrown: unknown) => thrown);
      if (error !== undefined && !(error instanceof Killed)) throw error;
      await processOn(real, new SmallParts()).runner.drain();
      await expectDone(account, 7);
      expect(await executions(account)).toMatchObject([{ calls: 7, callChargesAfter: '0.4900' }]);
      if (error === undefined) break;
    }
    expect(failAt).toBeGreaterThan(30);
    expect(failAt).toBeLessThan(accounts.length);
  }, 120_000);

  it('an account is pending from the decision until its ratings have followed', async () => {
    await register('P-1');
    await fairline.send(calls('P-1', 1));
    const { hash } = await preview('P-1');
    expect(await pendingAccounts(real)).toEqual([]);
    acceptedOrThrow(
      await fairline.commands.execute(new ConfirmSubscriptionChange({ account: 'P-1', hash, by: 'anna' })),
    );
    expect(await pendingAccounts(real)).toEqual(['P-1']);
    await fairline.follow();
    expect(await pendingAccounts(real)).toEqual([]);
  });

  it('calls that keep coming in are neither lost nor counted twice, and all end by the new terms', async () => {
    const [account = '', mate = ''] = accountsOfOneBucket(2, 'busy');
    await register(account, mate);
    await fairline.send(calls(account, 40, 'before'));
    const { hash } = await preview(account);
    const writing = (async () => {
      for (let batch = 0; batch < 12; batch += 1) {
        await Promise.all([
          fairline.send(calls(account, 5, `during-${batch}`)),
          fairline.send(calls(mate, 5, `during-${batch}`)),
        ]);
      }
    })();
    acceptedOrThrow(
      await fairline.commands.execute(new ConfirmSubscriptionChange({ account, hash, by: 'anna' })),
    );
    await processOn(real, new SmallParts()).runner.drain();
    await writing;
    const { log, usage } = await chargesOf(real, account);
    expect(log).toEqual({ calls: 100, charge: 100 * CHARGE_OF_60, regular: 100 * CHARGE_OF_60 });
    expect(usage).toEqual(log);
    const other = await chargesOf(real, mate);
    expect(other.log).toEqual({ calls: 60, charge: 0, regular: 60 * CHARGE_OF_60 });
    expect(other.usage).toEqual(other.log);
    expect((await verifyRatings(real, fairline.module.get(ReferenceDataReader))).differences).toEqual([]);
  }, 300_000);

  it('a call that comes in between the look and the write is rated too', async () => {
    await register('B-1');
    await fairline.send(calls('B-1', 2));
    const known = (await fairline.module.get(ReferenceDataReader).current()).position;
    const { hash } = await preview('B-1');
    acceptedOrThrow(
      await fairline.commands.execute(new ConfirmSubscriptionChange({ account: 'B-1', hash, by: 'anna' })),
    );
    const late = lateWriter(known);
    const database = interruptedBefore(real, 'callBucket', async () => {
      await late.writer.storeBatch(
        { origin: 'between', records: recordsOf(calls('B-1', 1, 'between')) },
        await fairline.now(),
      );
    });
    await processOn(database).runner.drain();
    expect(late.reader.asked).toBe(2);
    await expectDone('B-1', 3);
    expect(await executions('B-1')).toMatchObject([
      { calls: 2, callChargesAfter: '0.1400', arrivedSince: { calls: 1, charge: '0.0700' } },
    ]);
  });

  it('a change of the reference data between calculation and commit makes the confirmation look again', async () => {
    await register('T-1');
    await fairline.send(calls('T-1', 1));
    const harmless = await preview('T-1');
    const confirmWith = (hash: string, what: () => Promise<void>) =>
      processOn(interruptedBefore(real, 'transaction', what)).confirm.execute(
        new ConfirmSubscriptionChange({ account: 'T-1', hash, by: 'anna' }),
      );
    const outdated = await confirmWith(harmless.hash, async () => {
      const { hash } = acceptedOrThrow(
        await fairline.commands.execute(
          new PreviewSubscriptionChange({ account: 'T-1', seats: 9, from: FROM, by: 'bram' }),
        ),
      );
      acceptedOrThrow(
        await fairline.commands.execute(new ConfirmSubscriptionChange({ account: 'T-1', hash, by: 'bram' })),
      );
    });
    expect(outdated).toMatchObject({ ok: false, refusal: { code: 'preview-outdated' } });
    await fairline.follow();
    const next = await preview('T-1');
    const confirmed = await confirmWith(next.hash, async () => {
      await register('T-2');
    });
    expect(confirmed).toMatchObject({ ok: true, value: { repeated: false } });
    await fairline.follow();
    await expectDone('T-1', 1);
  });

  it('a batch that was rated before the change and comes in after it is rated again', async () => {
    await register('S-1');
    await fairline.send(calls('S-1', 1, 'first'));
    const known = (await fairline.module.get(ReferenceDataReader).current()).position;
    const { hash } = await preview('S-1');
    acceptedOrThrow(
      await fairline.commands.execute(new ConfirmSubscriptionChange({ account: 'S-1', hash, by: 'anna' })),
    );
    await fairline.follow();
    const { reader, writer } = lateWriter(known);
    const records = recordsOf(calls('S-1', 2, 'stale'));
    await writer.storeBatch({ origin: 'late', records }, await fairline.now());
    expect(reader.asked).toBe(3);
    expect((await chargesOf(real, 'S-1')).log).toMatchObject({ calls: 3, charge: 3 * CHARGE_OF_60 });
    expect((await verifyRatings(real, fairline.module.get(ReferenceDataReader))).differences).toEqual([]);
  });

  it('an account with 20,000 calls is previewed page by page along its index, and carried out in parts', async () => {
    await register('V-1', 'V-2');
    for (let batch = 0; batch < 8; batch += 1)
      await fairline.send(calls(batch < 4 ? 'V-1' : 'V-2', 5_000, `batch-${batch}`));
    await real.query('ANALYZE cdr.call_record');
    const plan = await real.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${READ_PAGE}`, [
      bucketOf('V-1'),
      'V-1',
      BEGIN,
      BEGIN + 86_400_000,
      '00000000-0000-0000-0000-000000000000',
      1_000_000,
      0,
      100,
    ]);
    const text = plan.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).toMatch(/Index Scan using \w+account\w+/);
    expect(text).not.toMatch(/Seq Scan on call_record_2026_10/);
    const { hash, calls: found } = await preview('V-1');
    expect(found).toEqual({ affected: 20_000, seconds: 1_200_000 });
    acceptedOrThrow(
      await fairline.commands.execute(new ConfirmSubscriptionChange({ account: 'V-1', hash, by: 'anna' })),
    );
    await fairline.follow();
    expect(await executions('V-1')).toMatchObject([{ calls: 20_000 }]);
    expect((await chargesOf(real, 'V-2')).log?.charge).toBe(0);
  }, 300_000);
});
