import { instant } from '#calendar/instant.js';
import { localDate } from '#calendar/local-date.js';
import { causedId } from '#platform/identity/ids.js';
import { RequestNotice, RequestNoticeHandler } from '../request-notice/request-notice.js';
import { GrantException, GrantExceptionHandler } from '../grant-exception/grant-exception.js';
import { ListCases, ListCasesHandler } from '../list-cases/list-cases.js';
import {
  CasesAwaitingJudgement,
  CasesAwaitingJudgementHandler,
} from '../judge-after-deadline/judge-after-deadline.js';
import type { CaseCommand } from '../domain/case-command.js';
import { finding, openCase } from '../domain/testing/case-story.js';
import { CasesUnderTest } from '../../testing/cases-under-test.js';
import { caseFileOf } from './case-file.js';
import { foldCase } from './case-history.js';
import { rebuildCaseFiles, verifyCaseFiles } from './rebuild-case-files.js';

describe('cases on PostgreSQL', () => {
  let cases: CasesUnderTest;
  beforeAll(async () => {
    cases = await CasesUnderTest.start();
  });
  afterAll(async () => cases.close());

  const open = (account: string, caseId = causedId('case', account)): CaseCommand =>
    openCase({ caseId, account, findings: [finding({ findingId: `finding-of-${caseId}` })] });
  const opened = async (account: string) => {
    const caseId = causedId('case', account);
    await cases.decide(caseId, open(account));
    return caseId;
  };
  const request = (caseId: string, requestId?: string) =>
    new RequestNoticeHandler(cases.book).execute(
      new RequestNotice(caseId, 'anna', requestId === undefined ? {} : { requestId }),
    );

  /** One account through a whole case; each step leaves the row that its events make. */
  it('the row of a case is at every step what its events make', async () => {
    const caseId = await opened('A2001');
    const noticeId = causedId('notice', caseId, 'r1');
    const measureId = causedId('measure', caseId, 'm1');
    const at = instant('2026-11-02T09:00:00Z');
    const figures = [{ rule: 'excess-over-average', value: 90, limit: 60, exceeded: true }];
    const steps: readonly CaseCommand[] = [
      { type: 'add-finding', finding: finding({ findingId: 'f2', rule: 'long-open-line' }) },
      { type: 'request-notice', noticeId, by: 'anna', estimateCents: 12_345 },
      {
        type: 'record-notice-delivered',
        noticeId,
        evidence: 'delivery-report',
        at: instant('2026-10-16T09:00:00.250Z'),
      },
      {
        type: 'judge-after-deadline',
        result: 'continued',
        through: localDate('2026-10-30'),
        figures: [...figures, { rule: 'long-open-line', value: 0, limit: 3, exceeded: false }],
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
      { type: 'approve-measure', measureId, by: 'bob', fourEyes: true, at },
      { type: 'record-measure-applied', at },
      { type: 'close', by: 'anna', reason: null },
    ];
    const seen: string[] = [];
    for (const step of steps) {
      await cases.decide(caseId, step);
      const events = await cases.store.readStream(`case-${caseId}`);
      const last = events.at(-1);
      const file = await cases.reader.byId(caseId);
      expect(file).toEqual(
        caseFileOf(foldCase(events), {
          streamVersion: last?.streamVersion ?? 0,
          position: last?.position ?? 0,
        }),
      );
      seen.push(file?.status ?? 'none');
    }
    expect(seen).toEqual([
      'open',
      'open',
      'noticed',
      'continued',
      'measure-proposed',
      'measure-proposed',
      'measure-applied',
      'closed',
    ]);
  });

  it('two cases opened for one account at once: one is, the other is told so', async () => {
    for (let round = 0; round < 5; round += 1) {
      const account = `A30${round}0`;
      const outcomes = await Promise.all(
        [1, 2, 3, 4].map((one) => {
          const caseId = causedId('case', account, one);
          return cases.book.decide(caseId, open(account, caseId), { by: 'test' });
        }),
      );
      expect(outcomes.filter((one) => one.ok)).toHaveLength(1);
      for (const one of outcomes) if (!one.ok) expect(one.refusal.code).toBe('case-open');
      expect(await cases.reader.ofAccount(account)).toHaveLength(1);
    }
  });

  it('an account whose case is over can have another', async () => {
    await cases.decide(await opened('A2002'), {
      type: 'dismiss',
      by: 'anna',
      reason: 'x',
      until: localDate('2027-12-31'),
      at: instant('2026-10-16T09:00:00Z'),
    });
    const second = causedId('case', 'A2002', 2);
    await cases.decide(second, open('A2002', second));
    expect((await cases.reader.ofAccount('A2002')).map((one) => one.status).sort()).toEqual([
      'dismissed',
      'open',
    ]);
  });

  it('a notice requested twice at once is one notice; the same click twice is no mistake', async () => {
    const caseId = await opened('A2003');
    const [first, second] = await Promise.all([request(caseId, 'click'), request(caseId, 'click')]);
    expect([first?.ok, second?.ok]).toEqual([true, true]);
    const others = await Promise.all([request(caseId), request(caseId)]);
    for (const one of others) expect(one).toMatchObject({ ok: false, refusal: { code: 'notice-under-way' } });
    const types = (await cases.store.readStream(`case-${caseId}`)).map((event) => event.type);
    expect(types.filter((type) => type === 'case.notice-requested')).toHaveLength(1);
  });

  it('two people who ask for a notice at once: one notice, and the other hears that it is under way', async () => {
    const caseId = await opened('A2004');
    const outcomes = await Promise.all([request(caseId), request(caseId), request(caseId)]);
    expect(outcomes.filter((one) => one.ok)).toHaveLength(1);
  });

  it('keeps an excepted number beside the events, which hold its id', async () => {
    const caseId = await opened('A2005');
    const grant = new GrantExceptionHandler(cases.book, cases.clock);
    const until = localDate('2026-12-31');
    const outcome = await grant.execute(
      new GrantException(caseId, 'anna', { number: '+31201234567', until, reason: 'a care line' }),
    );
    expect(outcome.ok).toBe(true);
    expect(JSON.stringify(await cases.store.readStream(`case-${caseId}`))).not.toContain('31201234567');
    expect(await cases.reader.exceptionsOn(localDate('2026-11-01'))).toContainEqual({
      account: 'A2005',
      rule: null,
      user: null,
      number: '+31201234567',
      from: '2026-10-13',
      until,
    });
    expect(await cases.reader.standingExceptions('A2005')).toEqual([]);
  });

  it('lists newest first, a page at a time, by status and account', async () => {
    const list = new ListCasesHandler(cases.reader);
    const all = await list.execute(new ListCases());
    expect(all.length).toBeGreaterThan(5);
    const paged: string[] = [];
    for (let after: string | undefined; ;) {
      const filter = after === undefined ? { limit: 3 } : { limit: 3, after };
      const page = await list.execute(new ListCases(filter));
      paged.push(...page.map((one) => one.id));
      after = page.at(-1)?.id;
      if (page.length < 3) break;
    }
    expect(paged).toEqual(all.map((one) => one.id));
    const closed = await list.execute(new ListCases({ status: 'closed' }));
    expect(closed.map((one) => one.account)).toEqual(['A2001']);
    expect(await list.execute(new ListCases({ account: 'A2002' }))).toHaveLength(2);
    expect(await cases.reader.byId('no id')).toBeUndefined();
  });

  it('finds the cases that wait for their judgement once the last day after the deadline is complete', async () => {
    const caseId = await opened('A2006');
    const noticeId = causedId('notice', caseId);
    await cases.decide(caseId, { type: 'request-notice', noticeId, by: 'anna', estimateCents: null });
    await cases.decide(caseId, {
      type: 'record-notice-delivered',
      noticeId,
      evidence: 'accepted-by-server',
      at: instant('2026-10-16T09:00:00Z'),
    });
    const waiting = new CasesAwaitingJudgementHandler(cases.reader);
    const on = async (day: string) =>
      (await waiting.execute(new CasesAwaitingJudgement(localDate(day)))).map((one) => one.account);
    expect(await on('2026-10-29')).toEqual([]);
    expect(await on('2026-10-30')).toEqual(['A2006']);
  });

  it('rows filled again from the events are the same rows', async () => {
    const { database } = cases.test;
    const rows = async () => [
      await database.query('SELECT * FROM fair_use.case_file ORDER BY id'),
      await database.query('SELECT * FROM fair_use.case_finding ORDER BY finding_id'),
      await database.query('SELECT * FROM fair_use.case_exception ORDER BY event_id'),
    ];
    const before = await rows();
    await database.query(
      "UPDATE fair_use.case_file SET status = 'cured', owner = 'nobody' WHERE status = 'open'",
    );
    await database.query('DELETE FROM fair_use.case_finding');
    expect(await rebuildCaseFiles(database, cases.store)).toBe(before[0]?.length);
    expect(await rows()).toEqual(before);
  });

  it('verify finds no difference after what happened by itself', async () => {
    const check = await verifyCaseFiles(cases.test.database, cases.store);
    expect(check).toMatchObject({ name: 'cases', differences: [] });
    expect(check.compared).toBeGreaterThan(8);
  });

  it.each([
    [
      "UPDATE fair_use.case_file SET deadline = deadline + 1 WHERE account = 'A2006'",
      'deadline is "2026-10-24"',
    ],
    ["UPDATE fair_use.case_file SET rules = '{long-open-line}' WHERE account = 'A2006'", 'rules is'],
    [
      "UPDATE fair_use.case_file SET notice_delivered_at = notice_delivered_at + interval '1 ms' WHERE account = 'A2006'",
      'noticeDeliveredAt',
    ],
    ["DELETE FROM fair_use.case_file WHERE account = 'A2006'", 'the row is missing'],
    ["UPDATE fair_use.case_finding SET last_day = last_day + 1 WHERE finding_id = 'f2'", 'findings are'],
    ["DELETE FROM fair_use.case_finding WHERE finding_id = 'f2'", 'findings are'],
    [
      "UPDATE fair_use.case_exception SET until_day = until_day + 1 WHERE account = 'A2005'",
      'exceptions are',
    ],
    ['DELETE FROM fair_use.excepted_number', 'the number of an exception is missing'],
    [
      "INSERT INTO fair_use.case_finding VALUES ('6f1e6a0e-5f43-5c1b-9d4e-0b6f5d1c7aff', 'stray', 'r', '2026-01-01', '2026-01-01', '2026-01-01')",
      'there is a finding, but no events',
    ],
  ])('verify fails after %s', async (statement, difference) => {
    const { database } = cases.test;
    const numbers = await database.query<{ id: string; number: string }>(
      'SELECT * FROM fair_use.excepted_number',
    );
    await database.query(statement);
    const { differences } = await verifyCaseFiles(database, cases.store);
    await rebuildCaseFiles(database, cases.store);
    for (const { id, number } of numbers) {
      await database.query('INSERT INTO fair_use.excepted_number VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        id,
        number,
      ]);
    }
    expect(differences).toEqual([expect.stringContaining(difference)]);
  });
});
