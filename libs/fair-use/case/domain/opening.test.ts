import { localDate } from '#calendar/local-date.js';
import type { CaseStatus } from './case-state.js';
import { type KnownCase, type StandingException, whatToDoWith } from './opening.js';
import { finding } from './testing/case-story.js';

const known = (status: CaseStatus, answeredThrough: string | null = null): KnownCase => ({
  caseId: status,
  status,
  answeredThrough: answeredThrough === null ? null : localDate(answeredThrough),
  answeredRules: ['excess-over-average'],
});
const exception = (from: string, until: string, rule: string | null = null): StandingException => ({
  rule,
  from: localDate(from),
  until: localDate(until),
});
/** From 18 September, in breach from 13 to 15 October. */
const FINDING = finding();

describe('what becomes of a finding', () => {
  it('an account without a case gets one', () =>
    expect(whatToDoWith(FINDING, [], [])).toEqual({ kind: 'open' }));

  it.each(['open', 'noticed', 'continued', 'measure-proposed', 'measure-applied'] as const)(
    'is evidence in the case that the account has: %s',
    (status) =>
      expect(whatToDoWith(FINDING, [known('closed', '2026-01-31'), known(status)], [])).toEqual({
        kind: 'add',
        caseId: status,
      }),
  );

  it('a window that reaches back to the deadline of a cured case shows partly the old behaviour', () => {
    expect(whatToDoWith(FINDING, [known('cured', '2026-09-18')], [])).toEqual({
      kind: 'add',
      caseId: 'cured',
    });
    expect(whatToDoWith(FINDING, [known('closed', '2026-09-18')], [])).toEqual({
      kind: 'hold-back',
      because: 'answered',
    });
  });

  it('a window that begins after the deadline of a cured case is another breach', () => {
    expect(whatToDoWith(FINDING, [known('cured', '2026-09-17')], [])).toEqual({
      kind: 'close-and-open',
      caseId: 'cured',
    });
    expect(whatToDoWith(FINDING, [known('closed', '2026-09-17')], [])).toEqual({ kind: 'open' });
  });

  it('another rule than those answered for is another breach', () => {
    const other = finding({ rule: 'long-open-line' });
    expect(whatToDoWith(other, [known('cured', '2026-10-31')], [])).toMatchObject({ kind: 'close-and-open' });
    expect(whatToDoWith(other, [known('dismissed', '2026-10-31')], [])).toEqual({ kind: 'open' });
  });

  it('a dismissal holds back what happens up to its last day, and no longer', () => {
    expect(whatToDoWith(FINDING, [known('dismissed', '2026-10-15')], [])).toEqual({
      kind: 'hold-back',
      because: 'answered',
    });
    expect(whatToDoWith(FINDING, [known('dismissed', '2026-10-14')], [])).toEqual({ kind: 'open' });
  });

  it.each([
    ['of the account, on its last day', exception('2026-10-01', '2026-10-15'), true],
    ['of the account, over the day before', exception('2026-10-01', '2026-10-14'), false],
    ['of the account, from the next day', exception('2026-10-16', '2026-12-31'), false],
    ['of this rule', exception('2026-10-15', '2026-12-31', 'excess-over-average'), true],
    ['of another rule', exception('2026-10-01', '2026-12-31', 'long-open-line'), false],
  ])('an exception %s', (_, one, heldBack) =>
    expect(whatToDoWith(FINDING, [], [one])).toEqual(
      heldBack ? { kind: 'hold-back', because: 'exception' } : { kind: 'open' },
    ),
  );
});
