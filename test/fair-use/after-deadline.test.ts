import { AMSTERDAM } from '#calendar/billing-zone.js';
import { instant } from '#calendar/instant.js';
import { type LocalDate, addDays } from '#calendar/local-date.js';
import { RequestNotice } from '#fair-use/case/request-notice/request-notice.js';
import { CaseBook } from '#fair-use/case/store/case-book.js';
import { CaseReader } from '#fair-use/case/store/case-reader.js';
import { fairUseEvents } from '#fair-use/events/events.js';
import { EvaluateFairUse, type Evaluation } from '#fair-use/evaluate/evaluate-fair-use.js';
import { fairUseProviders } from '#fair-use/fair-use.providers.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { type CallLogUnderTest, startCallLog } from '../harness/reference.js';
import { FIRST_DAY, loadCustomerBase, loadDays } from './customer-base.js';

/** Days are counted from the first one of the log. */
describe('after a notice and its deadline', () => {
  let fairline: CallLogUnderTest;
  const at = (day: number) => addDays(FIRST_DAY, day);
  const clockTo = async (day: LocalDate) =>
    acceptedOrThrow(await fairline.module.get(BusinessClock).stepTo(AMSTERDAM.at(day, '09:00')));
  const evaluate = async (through: number): Promise<Evaluation> => {
    await clockTo(at(through + 1));
    return acceptedOrThrow(
      await fairline.commands.execute(new EvaluateFairUse(at(through), { by: 'test', force: true })),
    );
  };
  const caseOf = async (account: string) => {
    const [file] = await fairline.module.get(CaseReader).list({ account });
    if (file === undefined) throw new Error(`${account} has no case`);
    return file;
  };
  const notify = async (account: string) => {
    const { id } = await caseOf(account);
    acceptedOrThrow(await fairline.commands.execute(new RequestNotice(id, 'manager')));
    const { noticeId } = await caseOf(account);
    acceptedOrThrow(
      await fairline.module.get(CaseBook).decide(
        id,
        {
          type: 'record-notice-delivered',
          noticeId: noticeId ?? '',
          evidence: 'accepted-by-server',
          at: await fairline.module.get(BusinessClock).now(),
        },
        { by: 'test' },
      ),
    );
  };

  beforeAll(async () => {
    fairline = await startCallLog({ providers: fairUseProviders, events: fairUseEvents });
    acceptedOrThrow(await fairline.module.get(BusinessClock).stepTo(instant('2026-08-20T08:00:00Z')));
    await loadCustomerBase(fairline.commands);
    await clockTo(at(31));
    await loadDays(fairline.commands, 0, 30);
    await evaluate(30);
    // Delivered on day 31; the deadline is the end of day 38, and days 39 to 45 are looked at.
    await notify('X-RESELLS-CALLS');
    await notify('X-BURSTS');
    await clockTo(at(48));
    await loadDays(fairline.commands, 31, 46);
  }, 120_000);
  afterAll(async () => fairline.close());

  it('a case is not judged before seven complete days after the deadline', async () => {
    expect((await caseOf('X-RESELLS-CALLS')).deadline).toBe(at(38));
    const evaluation = acceptedOrThrow(
      await fairline.commands.execute(new EvaluateFairUse(at(44), { by: 'test', force: true })),
    );
    expect(evaluation.judgedAfterDeadline).toEqual([]);
  });

  it('who goes on has continued, who stopped is cured, and no day up to the deadline counts', async () => {
    const evaluation = acceptedOrThrow(
      await fairline.commands.execute(new EvaluateFairUse(at(46), { by: 'test', force: true })),
    );
    const [continued, cured] = [await caseOf('X-RESELLS-CALLS'), await caseOf('X-BURSTS')];
    expect([...evaluation.judgedAfterDeadline].sort((a, b) => (a.account < b.account ? -1 : 1))).toEqual([
      { case: cured.id, account: 'X-BURSTS', result: 'cured' },
      { case: continued.id, account: 'X-RESELLS-CALLS', result: 'continued' },
    ]);
    expect([continued.status, cured.status]).toEqual(['continued', 'cured']);
  });

  it('the figures are those of the days after the deadline, with days pro rata', async () => {
    const [event] = await fairline.test.database.query<{ data: object }>(
      "SELECT data FROM es.event WHERE event_type = 'case.continued'",
    );
    expect(event?.data).toMatchObject({
      from: at(39),
      through: at(45),
      figures: [{ rule: 'excess-over-average', value: 135, exceeded: true }],
    });
    const [other] = await fairline.test.database.query<{ data: object }>(
      "SELECT data FROM es.event WHERE event_type = 'case.cured'",
    );
    expect(other?.data).toMatchObject({
      figures: [{ rule: 'short-call-burst', value: 0, limit: 1, exceeded: false }],
    });
  });

  it('judging again decides nothing twice', async () => {
    const evaluation = acceptedOrThrow(
      await fairline.commands.execute(new EvaluateFairUse(at(46), { by: 'test', force: true })),
    );
    expect(evaluation).toMatchObject({ days: 0, casesOpened: 0, judgedAfterDeadline: [] });
  });
});
