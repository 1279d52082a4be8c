import { instant } from '#calendar/instant.js';
import { localDate } from '#calendar/local-date.js';
import {
  DECIDED_AT,
  MEASURE,
  dismiss,
  eventOf,
  except,
  finding,
  given,
  judge,
  noticeDelivered,
  openCase,
  outcomeOf,
  propose,
  requestNotice,
} from './testing/case-story.js';

const OPEN = given(openCase());
const CONTINUED = [openCase(), requestNotice(), noticeDelivered(), judge('continued')];

describe('dismissals and exceptions', () => {
  it('need a reason and a last day that is not over', () => {
    for (const command of [dismiss({ reason: ' ' }), except({ reason: '' })]) {
      expect(outcomeOf(OPEN, command)).toBe('reason-missing');
    }
    const yesterday = localDate('2026-11-01');
    for (const command of [dismiss({ until: yesterday }), except({ until: yesterday })]) {
      expect(outcomeOf(OPEN, command)).toBe('until-in-the-past');
    }
    expect(outcomeOf(OPEN, dismiss({ until: localDate('2026-11-02') }))).toBe('dismissed');
  });

  it('an exception holds from the first day of the case', () =>
    expect(eventOf('case.exception-granted', OPEN, except())).toMatchObject({
      from: '2026-10-13',
      until: '2026-12-31',
    }));

  it('an exception for a user, a number or some of the rules leaves the case as it is', () => {
    const two = given(openCase(), {
      type: 'add-finding',
      finding: finding({ findingId: 'f2', rule: 'long-open-line' }),
    });
    expect(outcomeOf(two, except({ rule: 'long-open-line' }))).toBe('exception-granted');
    expect(outcomeOf(two, except({ user: 'korenaar-1' }))).toBe('exception-granted');
    expect(outcomeOf(two, except({ numberId: MEASURE }))).toBe('exception-granted');
  });

  it('exceptions that together cover every rule dismiss the case, up to the first of their last days', () => {
    const one = except({ rule: 'long-open-line', until: localDate('2026-11-30') });
    const story = [
      openCase(),
      { type: 'add-finding', finding: finding({ findingId: 'f2', rule: 'long-open-line' }) },
      one,
    ] as const;
    const other = except({ rule: 'excess-over-average' });
    expect(eventOf('case.dismissed', given(...story), other)).toMatchObject({
      until: '2026-11-30',
      rules: ['excess-over-average', 'long-open-line'],
    });
    const late = except({ rule: 'excess-over-average', at: instant('2026-12-01T09:00:00Z') });
    expect(outcomeOf(given(...story), late)).toBe('exception-granted');
  });

  it('the decision day is the local one', () =>
    expect(
      outcomeOf(OPEN, dismiss({ until: localDate('2026-11-02'), at: instant('2026-11-02T23:00:00Z') })),
    ).toBe('until-in-the-past'));

  it('who decided last owns the case', () => {
    expect(given(openCase(), requestNotice(), dismiss())?.owner).toBe('anna');
    expect(given(...CONTINUED, propose({ by: 'carol', at: DECIDED_AT }))?.owner).toBe('carol');
  });
});
