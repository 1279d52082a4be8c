import { jest } from '@jest/globals';
import { instant } from '#calendar/instant.js';
import { addDays, localDate } from '#calendar/local-date.js';
import { CaseOpening } from '#fair-use/case/open-case/case-opening.js';
import { fairUseEvents } from '#fair-use/events/events.js';
import { EvaluateFairUse, type EvaluateOptions } from '#fair-use/evaluate/evaluate-fair-use.js';
import { fairUseProviders } from '#fair-use/fair-use.providers.js';
import { ShowCase } from '#fair-use/show-case/show-case.js';
import { verifyFindings } from '#fair-use/verify/verify-findings.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { type CallLogUnderTest, startCallLog } from '../harness/reference.js';
import { DAYS, FIRST_DAY, LAST_COMPLETE_DAY, loadCustomerBase, loadDays } from './customer-base.js';

async function start(): Promise<CallLogUnderTest> {
  const fairline = await startCallLog({ providers: fairUseProviders, events: fairUseEvents });
  const clock = fairline.module.get(BusinessClock);
  acceptedOrThrow(await clock.stepTo(instant('2026-10-05T08:00:00Z')));
  await loadCustomerBase(fairline.commands);
  await loadDays(fairline.commands, 0, DAYS - 1);
  return fairline;
}

function evaluate(
  fairline: CallLogUnderTest,
  through = LAST_COMPLETE_DAY,
  options: Partial<EvaluateOptions> = {},
) {
  return fairline.commands.execute(new EvaluateFairUse(through, { by: 'test', ...options }));
}

/** Everything that judging writes, in one comparable form. */
async function written(fairline: CallLogUnderTest) {
  const query = (sql: string) => fairline.test.database.query(sql);
  return {
    findings: await query(
      'SELECT id, day, account, rule, first_day, window_from, evidence FROM fair_use.finding ORDER BY id',
    ),
    verdicts: await query('SELECT * FROM fair_use.verdict ORDER BY policy, day, account, rule'),
    baselines: await query('SELECT * FROM fair_use.day_baseline ORDER BY policy, day, rule, plan'),
    days: await query(
      'SELECT policy, day, calls, checksum, accounts_judged FROM fair_use.judged_day ORDER BY policy, day',
    ),
    cases: await query(
      'SELECT id, account, status, rules, first_day, last_day FROM fair_use.case_file ORDER BY account',
    ),
    events: await query(
      "SELECT event_id, event_type, data FROM es.event WHERE stream_id LIKE 'fair-use-day-%' OR stream_id LIKE 'case-%' ORDER BY event_id",
    ),
  };
}

describe('evaluating forty days of a small customer base', () => {
  let fairline: CallLogUnderTest;
  beforeAll(async () => {
    fairline = await start();
  }, 120_000);
  afterAll(async () => fairline.close());

  it('a day is not judged before judge_at on the next one', async () => {
    const clockDay = localDate('2026-10-05');
    expect(await evaluate(fairline, clockDay)).toMatchObject({
      ok: false,
      refusal: { code: 'day-not-over' },
    });
  });

  it('a day of which a source has shown no instant past the end is refused, and the source is named', async () => {
    const refusal = await evaluate(fairline, addDays(FIRST_DAY, DAYS - 1));
    expect(refusal).toMatchObject({
      ok: false,
      refusal: {
        code: 'day-incomplete',
        details: { day: addDays(FIRST_DAY, DAYS - 1), missing: ['switch-1'] },
      },
    });
    expect(await fairline.test.database.query('SELECT FROM fair_use.judged_day')).toEqual([]);
  });

  it('finds each abuser by its rule, and nobody who only looks like one', async () => {
    const evaluation = acceptedOrThrow(await evaluate(fairline));
    const found = await fairline.test.database.query(
      'SELECT account, rule, min(first_day) AS first, min(day) AS day FROM fair_use.finding GROUP BY account, rule ORDER BY account',
    );
    expect(found).toEqual([
      {
        account: 'X-BURSTS',
        rule: 'short-call-burst',
        first: addDays(FIRST_DAY, 29),
        day: addDays(FIRST_DAY, 29),
      },
      // The third time reaches three hours after midnight.
      {
        account: 'X-OPEN-LINE',
        rule: 'long-open-line',
        first: addDays(FIRST_DAY, 27),
        day: addDays(FIRST_DAY, 27),
      },
      {
        account: 'X-REDIALS',
        rule: 'long-open-line',
        first: addDays(FIRST_DAY, 27),
        day: addDays(FIRST_DAY, 27),
      },
      // The 28th day is the first with a whole window; it holds on three days.
      {
        account: 'X-RESELLS-CALLS',
        rule: 'excess-over-average',
        first: addDays(FIRST_DAY, 27),
        day: addDays(FIRST_DAY, 29),
      },
    ]);
    expect(evaluation).toMatchObject({
      through: LAST_COMPLETE_DAY,
      days: 39,
      casesOpened: 4,
      judgedAfterDeadline: [],
    });
    // All on the plan, with the new customer, whom two of the rules can judge; the metered call centre is none of them.
    expect(evaluation.accountsJudged).toBe(32);
    const [counted] = await fairline.test.database.query('SELECT count(*) AS findings FROM fair_use.finding');
    expect(counted).toEqual({ findings: evaluation.findings });
  });

  it('the same evaluation again changes nothing', async () => {
    const before = await written(fairline);
    expect(acceptedOrThrow(await evaluate(fairline))).toEqual({
      through: LAST_COMPLETE_DAY,
      days: 0,
      accountsJudged: 0,
      findings: 0,
      casesOpened: 0,
      judgedAfterDeadline: [],
    });
    expect(await written(fairline)).toEqual(before);
  });

  it('a case shows its findings with figures, average customer, limits, days, calls and timeline', async () => {
    const [file] = await fairline.test.database.query<{ id: string }>(
      "SELECT id FROM fair_use.case_file WHERE account = 'X-REDIALS'",
    );
    const shown = acceptedOrThrow(await fairline.queries.execute(new ShowCase(file?.id ?? '')));
    const finding = shown.findings[0];
    expect(finding).toMatchObject({
      rule: 'long-open-line',
      measure: 'episodes-of-one-user',
      value: 3,
      limit: 3,
      second: { measure: 'episodes-per-seat', value: 1.5 },
      cohort: { plan: 'unlimited', accounts: 30 },
      hindrance: 'none measured',
    });
    expect(finding?.otherRules.map((one) => [one.rule, one.status])).toEqual([
      ['excess-over-average', 'warning'],
      ['short-call-burst', 'clear'],
    ]);
    expect(finding?.episodes[0]).toMatchObject({
      user: 'x-redials-2',
      seconds: 4 * 3_580,
      countedOn: [addDays(FIRST_DAY, 21)],
    });
    expect(finding?.calls).toHaveLength(12);
    expect(finding?.calls[0]).toEqual({ source: 'switch-1', id: expect.stringContaining('X-REDIALS-21-') });
    expect(finding?.days).toHaveLength(14);
    expect(finding?.explanation.en).toContain('3 times');
    expect(shown.timeline.map((entry) => entry.event).slice(0, 2)).toEqual([
      'case.opened',
      'case.finding-added',
    ]);
    expect(await fairline.queries.execute(new ShowCase('nothing'))).toMatchObject({ ok: false });
  });

  it('the calls of an excess are listed with its latest finding', async () => {
    const [file] = await fairline.test.database.query<{ id: string }>(
      "SELECT id FROM fair_use.case_file WHERE account = 'X-RESELLS-CALLS'",
    );
    const shown = acceptedOrThrow(await fairline.queries.execute(new ShowCase(file?.id ?? '')));
    const latest = shown.findings.at(-1);
    expect(latest).toMatchObject({ value: 135, callsInWindow: 28 * 9, second: { value: 28, limit: 10 } });
    expect(latest?.calls).toHaveLength(28 * 9);
  });

  it('verify judges every day again from the log and finds no difference, also when calls came later', async () => {
    await loadDays(fairline.commands, DAYS, DAYS, 'ORDINARY-01');
    expect(await verifyFindings(fairline.test.database)).toEqual({
      name: 'findings',
      compared: 39,
      differences: [],
    });
  });

  it('a later re-rating does not remove the finding that it rests on, and verify knows', async () => {
    await fairline.test.database.query(
      `INSERT INTO cdr.call_rating (bucket, covered, covered_before, billed_seconds, talk_seconds, direction, seq, regular_charge, charge,
         regular_charge_before, charge_before, reference_position, started_at, call_key, cause, account_id, plan)
       SELECT c.bucket, false, true, c.billed_seconds, c.talk_seconds, c.direction, 1000000 + row_number() OVER (), c.regular_charge, c.regular_charge,
         c.regular_charge, c.charge, 1000000, c.started_at, c.call_key, gen_random_uuid(), c.account_id, 'metered'
       FROM cdr.call_record c WHERE c.account_id = 'X-RESELLS-CALLS'`,
    );
    expect((await verifyFindings(fairline.test.database)).differences).toEqual([]);
  });

  it('verify names a finding, a verdict and a call that were altered', async () => {
    const tampered = await fairline.test.database.client();
    try {
      await tampered.query("SET session_replication_role = 'replica'");
      await tampered.query(
        "UPDATE fair_use.finding SET evidence = jsonb_set(evidence, '{first,value}', '4') WHERE account = 'X-REDIALS' AND day = $1",
        [addDays(FIRST_DAY, 27)],
      );
      await tampered.query("DELETE FROM fair_use.verdict WHERE account = 'X-BURSTS' AND day = $1", [
        addDays(FIRST_DAY, 30),
      ]);
      await tampered.query(
        "UPDATE cdr.call_record SET talk_seconds = talk_seconds + 1 WHERE call_id = 'BIG-COMPANY-3-1'",
      );
    } finally {
      tampered.release(true);
    }
    const { differences } = await verifyFindings(fairline.test.database);
    expect(differences.some((one) => one.includes(`${addDays(FIRST_DAY, 27)}: finding`))).toBe(true);
    expect(differences.some((one) => one.includes('verdict X-BURSTS'))).toBe(true);
    expect(differences.some((one) => one.includes('the log gives'))).toBe(true);
  });
});

describe('however the days come to be judged, the result is the same', () => {
  let once: CallLogUnderTest;
  let other: CallLogUnderTest;
  beforeAll(async () => {
    [once, other] = await Promise.all([start(), start()]);
    acceptedOrThrow(await evaluate(once));
  }, 120_000);
  afterAll(async () => {
    await once.close();
    await other.close();
  });

  it('day by day, stopped between record and cases, and by two at once', async () => {
    for (let day = 0; day < 26; day += 5) acceptedOrThrow(await evaluate(other, addDays(FIRST_DAY, day)));
    // The process ends right after the day was recorded: its cases are not opened.
    const stopped = jest
      .spyOn(other.module.get(CaseOpening), 'react')
      .mockRejectedValueOnce(new Error('killed'));
    await expect(evaluate(other, addDays(FIRST_DAY, 27))).rejects.toThrow('killed');
    stopped.mockRestore();
    const half = await other.test.database.query('SELECT max(day) AS day FROM fair_use.judged_day');
    expect(half).toEqual([{ day: addDays(FIRST_DAY, 27) }]);
    expect(await other.test.database.query('SELECT FROM fair_use.case_file')).toEqual([]);
    await Promise.all([
      evaluate(other, addDays(FIRST_DAY, 35)).then(acceptedOrThrow),
      evaluate(other, LAST_COMPLETE_DAY).then(acceptedOrThrow),
    ]);
    acceptedOrThrow(await evaluate(other));
    expect(await written(other)).toEqual(await written(once));
  }, 300_000);

  it('an incomplete day is judged when somebody forces it, and that is on record', async () => {
    const last = addDays(FIRST_DAY, DAYS - 1);
    acceptedOrThrow(await evaluate(once, last, { force: true, by: 'operator' }));
    const forced = await once.test.database.query(
      'SELECT day, forced, missing_sources, judged_by FROM fair_use.judged_day WHERE forced',
    );
    expect(forced).toEqual([
      { day: last, forced: true, missing_sources: ['switch-1'], judged_by: 'operator' },
    ]);
  });
});
