import { instant } from '#calendar/instant.js';
import { localDate } from '#calendar/local-date.js';
import { causedId } from '#platform/identity/ids.js';
import { CasesUnderTest } from '../../testing/cases-under-test.js';
import { verifyCaseFiles } from '../store/rebuild-case-files.js';
import { CaseOpening } from './case-opening.js';

describe('what follows the feed into cases', () => {
  let cases: CasesUnderTest;
  beforeEach(async () => {
    cases = await CasesUnderTest.start();
  });
  afterEach(async () => cases.close());

  const onlyCaseOf = async (account: string) => {
    const [first, ...more] = await cases.reader.ofAccount(account);
    if (first === undefined || more.length > 0) throw new Error(`${account} has ${more.length + 1} cases`);
    return first.caseId;
  };
  const noticed = async (account: string) => {
    await cases.judged(cases.finding(account));
    await cases.drain();
    const caseId = await onlyCaseOf(account);
    const noticeId = causedId('notice', caseId);
    await cases.decide(caseId, { type: 'request-notice', noticeId, by: 'anna', estimateCents: null });
    return { case: caseId, account, noticeId };
  };
  const file = async (caseId: string) => cases.reader.byId(caseId);

  it('a judged day opens a case per account; later findings are added to it', async () => {
    await cases.judged(
      cases.finding('A1'),
      cases.finding('A1', { rule: 'long-open-line' }),
      cases.finding('A2'),
    );
    await cases.judged(cases.finding('A1', { lastDay: localDate('2026-10-16') }));
    await cases.drain();
    expect(await file(await onlyCaseOf('A1'))).toMatchObject({
      status: 'open',
      rules: ['excess-over-average', 'long-open-line'],
      lastDay: '2026-10-16',
      openedOn: '2026-10-16',
      deadlineDays: 7,
    });
    expect((await file(await onlyCaseOf('A2')))?.rules).toEqual(['excess-over-average']);
  });

  it('the same days again change nothing', async () => {
    await cases.judged(cases.finding('A1'), cases.finding('A2'));
    await cases.drain();
    const before = await cases.countOfEvents();
    await cases.replay();
    expect(await cases.countOfEvents()).toBe(before);
  });

  it('two processes that open cases for the same day at once make one case', async () => {
    await cases.judged(cases.finding('A1'), cases.finding('A1', { rule: 'long-open-line' }));
    const { events } = await cases.store.readFeed(0);
    const [event] = events;
    if (event === undefined) throw new Error('no event');
    await Promise.all(
      [1, 2, 3].map(() => new CaseOpening(cases.book, cases.reader).react(event).catch(() => undefined)),
    );
    // Who lost the race is started again by its runner.
    await new CaseOpening(cases.book, cases.reader).react(event);
    expect((await file(await onlyCaseOf('A1')))?.rules).toHaveLength(2);
    expect((await verifyCaseFiles(cases.test.database, cases.store)).differences).toEqual([]);
  });

  it('a dismissed behaviour opens no case up to the last day given, and one afterwards', async () => {
    await cases.judged(cases.finding('A1'));
    await cases.drain();
    await cases.decide(await onlyCaseOf('A1'), {
      type: 'dismiss',
      by: 'anna',
      reason: 'a trade fair',
      until: localDate('2026-10-31'),
      at: instant('2026-10-16T09:00:00Z'),
    });
    await cases.judged(cases.finding('A1', { lastDay: localDate('2026-10-31') }));
    await cases.drain();
    expect(await cases.reader.ofAccount('A1')).toHaveLength(1);
    await cases.judged(cases.finding('A1', { lastDay: localDate('2026-11-01') }));
    await cases.drain();
    expect((await cases.reader.ofAccount('A1')).map((one) => one.status).sort()).toEqual([
      'dismissed',
      'open',
    ]);
  });

  it('who was cured and begins anew has the old case closed and another opened, also after a replay', async () => {
    const { case: caseId, noticeId } = await noticed('A1');
    await cases.decide(caseId, {
      type: 'record-notice-delivered',
      noticeId,
      evidence: 'accepted-by-server',
      at: instant('2026-10-16T09:00:00Z'),
    });
    await cases.decide(caseId, {
      type: 'judge-after-deadline',
      result: 'cured',
      through: localDate('2026-10-30'),
      figures: [{ rule: 'excess-over-average', value: 1, limit: 60, exceeded: false }],
      at: instant('2026-10-31T06:00:00Z'),
    });
    // The window still remembers: evidence of the old breach, not a new one.
    await cases.judged(cases.finding('A1', { windowFrom: localDate('2026-10-20') }));
    await cases.drain();
    expect(await onlyCaseOf('A1')).toBe(caseId);
    await cases.judged(cases.finding('A1', { windowFrom: localDate('2026-10-24') }));
    await cases.drain();
    await cases.replay();
    const known = await cases.reader.ofAccount('A1');
    expect(known.map((one) => one.status).sort()).toEqual(['closed', 'open']);
    expect((await file(caseId))?.status).toBe('closed');
  });

  it('a notice that arrived dates the deadline by the notice’s own time, however late it is read', async () => {
    const notice = await noticed('A1');
    await cases.stepTo(instant('2026-10-24T21:59:59Z'));
    await cases.said('notice.accepted', notice);
    await cases.stepTo(instant('2026-11-20T09:00:00Z'));
    await cases.drain();
    expect(await file(notice.case)).toMatchObject({ status: 'noticed', deadline: '2026-10-31' });
    await cases.said('notice.acknowledged', { ...notice, evidence: 'recorded-letter' });
    await cases.drain();
    const before = await cases.countOfEvents();
    await cases.replay();
    expect(await cases.countOfEvents()).toBe(before);
    expect(await file(notice.case)).toMatchObject({
      deadline: '2026-10-31',
      noticeEvidence: 'recorded-letter',
    });
  });

  it('a notice that failed or bounced opens the way for another; one of a dismissed case is only noted', async () => {
    const notice = await noticed('A1');
    await cases.said('notice.accepted', notice);
    await cases.said('notice.bounced', notice);
    await cases.drain();
    expect(await file(notice.case)).toMatchObject({ status: 'open', noticeStatus: 'failed', deadline: null });
    const other = await noticed('A2');
    await cases.decide(other.case, {
      type: 'dismiss',
      by: 'anna',
      reason: 'x',
      until: localDate('2026-12-31'),
      at: await cases.clock.now(),
    });
    await cases.said('notice.failed', { ...other, cause: 'rejected' });
    await cases.drain();
    expect((await file(other.case))?.status).toBe('dismissed');
  });

  it('an executed change is the applied measure, once; one that nobody approved stops the feed', async () => {
    const notice = await noticed('A1');
    await cases.said('notice.acknowledged', { ...notice, evidence: 'acknowledged' });
    await cases.drain();
    await cases.stepTo(instant('2026-11-02T09:00:00Z'));
    const at = await cases.clock.now();
    const measureId = causedId('measure', notice.case);
    const steps = [
      {
        type: 'judge-after-deadline',
        result: 'continued',
        through: localDate('2026-10-30'),
        figures: [{ rule: 'excess-over-average', value: 90, limit: 60, exceeded: true }],
        at,
      },
      {
        type: 'propose-measure',
        measureId,
        kind: 'end-unlimited',
        by: 'anna',
        reason: 'went on',
        hindrance: null,
        from: null,
        previewHash: 'abc',
        at,
      },
    ] as const;
    for (const step of steps) await cases.decide(notice.case, step);
    await cases.said('retro-rating.executed', { account: 'A1', caseId: notice.case, measureId });
    await expect(cases.drain()).rejects.toThrow(/not approved/);
    await cases.decide(notice.case, { type: 'approve-measure', measureId, by: 'bob', fourEyes: true, at });
    await cases.said('retro-rating.executed', { account: 'A9', caseId: null, measureId: null });
    await cases.drain();
    expect(await file(notice.case)).toMatchObject({
      status: 'measure-applied',
      measureAppliedOn: '2026-11-02',
    });
    const before = await cases.countOfEvents();
    await cases.replay();
    expect(await cases.countOfEvents()).toBe(before);
  });
});
