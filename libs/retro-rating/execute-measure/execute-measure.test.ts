import { LoadAccounts } from '#accounts/load-accounts/load-accounts.js';
import { instant } from '#calendar/instant.js';
import { type LocalDate, localDate } from '#calendar/local-date.js';
import { EventStore } from '#event-store/event-store.js';
import { SubscriptionRunner } from '#event-store/subscription.js';
import { CaseMeasure } from '#fair-use/case/apply-measure/case-measure.js';
import {
  RecordMeasureAppliedHandler,
  RecordMeasureNotExecutedHandler,
} from '#fair-use/case/apply-measure/record-measure-applied.js';
import { CaseBook } from '#fair-use/case/store/case-book.js';
import { CaseReader } from '#fair-use/case/store/case-reader.js';
import { fairUseEvents } from '#fair-use/events/events.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { causedId } from '#platform/identity/ids.js';
import { loadExampleReference } from '../../../test/harness/reference.js';
import {
  type RetroRatingUnderTest,
  accountsOf,
  chargesOf,
  startRetroRating,
} from '../../../test/harness/retro-rating.js';
import { ConfirmSubscriptionChange } from '../confirm-change/confirm-subscription-change.js';
import { PreviewSubscriptionChange } from '../preview-change/preview-subscription-change.js';
import { RerateSubscription } from '../rerate/rerate-subscription.js';
import { ExecuteMeasure } from './execute-measure.js';

const FROM = localDate('2026-10-16');

describe('the approved end of unlimited calling', () => {
  let fairline: RetroRatingUnderTest;
  let runner: SubscriptionRunner;
  let book: CaseBook;
  let serial = 0;

  beforeAll(async () => {
    fairline = await startRetroRating('2026-10-31T12:00:00+01:00', {
      providers: [
        CaseBook,
        CaseReader,
        CaseMeasure,
        RecordMeasureAppliedHandler,
        RecordMeasureNotExecutedHandler,
      ],
      events: fairUseEvents,
    });
    await loadExampleReference(fairline.commands);
    book = fairline.module.get(CaseBook);
    runner = new SubscriptionRunner(fairline.module.get(EventStore), fairline.test.database, [
      fairline.module.get(RerateSubscription),
      fairline.module.get(ExecuteMeasure),
      fairline.module.get(CaseMeasure),
    ]);
  });
  afterAll(async () => fairline.close());

  /** An account with a call, and a case that has come to `continued`, deadline on 15 October. */
  const breach = async () => {
    const account = `M-${(serial += 1)}`;
    acceptedOrThrow(
      await fairline.commands.execute(
        new LoadAccounts(accountsOf([account], { plan: 'unlimited', seats: 3, from: '2026-01-01' })),
      ),
    );
    await fairline.send([
      {
        id: `${account}/1`,
        account,
        to: '+31201234567',
        startedAt: instant('2026-10-18T10:00:00+02:00'),
        talkSeconds: 60,
      },
    ]);
    const caseId = causedId('case', account);
    const noticeId = causedId('notice', account);
    const finding = {
      findingId: `finding-${account}`,
      rule: 'long-open-line',
      firstDay: localDate('2026-10-01'),
      lastDay: localDate('2026-10-06'),
      windowFrom: localDate('2026-09-23'),
    };
    const by = { by: 'anna' };
    const terms = { plan: 'unlimited', policy: 'standard', policyVersion: 1, deadlineDays: 7, afterDays: 7 };
    acceptedOrThrow(
      await book.decide(
        caseId,
        {
          type: 'open-case',
          caseId,
          account,
          ...terms,
          findings: [finding],
          at: instant('2026-10-07T08:00:00+02:00'),
        },
        by,
      ),
    );
    acceptedOrThrow(
      await book.decide(caseId, { type: 'request-notice', noticeId, by: 'anna', estimateCents: null }, by),
    );
    acceptedOrThrow(
      await book.decide(
        caseId,
        {
          type: 'record-notice-delivered',
          noticeId,
          evidence: 'acknowledged',
          at: instant('2026-10-08T09:00:00+02:00'),
        },
        by,
      ),
    );
    const figures = [{ rule: 'long-open-line', value: 4, limit: 3, exceeded: true }];
    acceptedOrThrow(
      await book.decide(
        caseId,
        {
          type: 'judge-after-deadline',
          result: 'continued',
          through: localDate('2026-10-22'),
          figures,
          at: instant('2026-10-23T06:00:00+02:00'),
        },
        by,
      ),
    );
    return { account, caseId };
  };
  const preview = async (account: string, from: LocalDate = FROM) =>
    acceptedOrThrow(
      await fairline.commands.execute(
        new PreviewSubscriptionChange({ account, plan: 'metered', from, by: 'anna' }),
      ),
    );
  const approve = async (caseId: string, from: LocalDate, previewHash: string) => {
    const measureId = causedId('measure', caseId);
    const at = await fairline.now();
    acceptedOrThrow(
      await book.decide(
        caseId,
        {
          type: 'propose-measure',
          measureId,
          kind: 'end-unlimited',
          by: 'anna',
          reason: 'went on',
          hindrance: null,
          from,
          previewHash,
          at,
        },
        { by: 'anna' },
      ),
    );
    acceptedOrThrow(
      await book.decide(
        caseId,
        { type: 'approve-measure', measureId, by: 'bram', fourEyes: true, at },
        { by: 'bram' },
      ),
    );
    return measureId;
  };
  const fileOf = async (caseId: string) => fairline.module.get(CaseReader).byId(caseId);
  const undone = async (caseId: string) =>
    fairline.test.database.query<{ reason: string }>(
      "SELECT data ->> 'reason' AS reason FROM es.event WHERE event_type = 'case.measure-undone' AND data ->> 'case' = $1",
      [caseId],
    );

  it('confirms the preview in the name of the approver, and the case records it when the ratings have followed', async () => {
    const { account, caseId } = await breach();
    const { hash } = await preview(account);
    const measureId = await approve(caseId, FROM, hash);
    await runner.drain();
    expect(await fileOf(caseId)).toMatchObject({ status: 'measure-applied' });
    expect((await chargesOf(fairline.test.database, account)).log?.charge).toBe(70_000);
    const events = await fairline.test.database.query(
      "SELECT data ->> 'caseId' AS case, data ->> 'measureId' AS measure FROM es.event WHERE event_type = 'retro-rating.executed' AND data ->> 'account' = $1",
      [account],
    );
    expect(events).toEqual([{ case: caseId, measure: measureId }]);
    const [change] = await fairline.test.database.query<{ actor: string }>(
      "SELECT metadata ->> 'actor' AS actor FROM es.event WHERE event_type = 'subscription.changed' AND data ->> 'account' = $1",
      [account],
    );
    expect(change?.actor).toBe('bram');
  });

  it('is given back to the case with the reason when its preview no longer holds', async () => {
    const { account, caseId } = await breach();
    const { hash } = await preview(account);
    const other = acceptedOrThrow(
      await fairline.commands.execute(
        new PreviewSubscriptionChange({ account, seats: 4, from: FROM, by: 'anna' }),
      ),
    );
    acceptedOrThrow(
      await fairline.commands.execute(
        new ConfirmSubscriptionChange({ account, hash: other.hash, by: 'anna' }),
      ),
    );
    await approve(caseId, FROM, hash);
    await runner.drain();
    expect(await fileOf(caseId)).toMatchObject({ status: 'continued' });
    expect((await undone(caseId))[0]?.reason).toContain(`the subscriptions of ${account} changed since`);
    expect((await chargesOf(fairline.test.database, account)).log?.charge).toBe(0);
  });

  it('never carries out a preview of another day or another account', async () => {
    const { account, caseId } = await breach();
    const { hash } = await preview(account, localDate('2026-10-17'));
    await approve(caseId, FROM, hash);
    const another = await breach();
    const stolen = await preview((await breach()).account);
    await approve(another.caseId, FROM, stolen.hash);
    await runner.drain();
    expect((await undone(caseId))[0]?.reason).toContain('from is 2026-10-17 there, not 2026-10-16');
    expect((await undone(another.caseId))[0]?.reason).toContain('account is');
  });

  it('that somebody confirmed by hand before is recorded as applied', async () => {
    const { account, caseId } = await breach();
    const { hash } = await preview(account);
    acceptedOrThrow(
      await fairline.commands.execute(new ConfirmSubscriptionChange({ account, hash, by: 'anna' })),
    );
    await approve(caseId, FROM, hash);
    await runner.drain();
    expect(await fileOf(caseId)).toMatchObject({ status: 'measure-applied' });
  });

  it('comes again after a crash and changes nothing', async () => {
    const { account, caseId } = await breach();
    const { hash } = await preview(account);
    await approve(caseId, FROM, hash);
    await runner.drain();
    await fairline.test.database.query(
      "UPDATE es.checkpoint SET position = 0 WHERE subscription LIKE 'retro-rating%'",
    );
    const count = async () => (await fairline.test.database.query('SELECT FROM es.event')).length;
    const before = await count();
    await runner.drain();
    expect(await count()).toBe(before);
    expect(await fileOf(caseId)).toMatchObject({ status: 'measure-applied' });
  });
});
