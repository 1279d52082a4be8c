import { instant } from '#calendar/instant.js';
import { localDate } from '#calendar/local-date.js';
import type { CaseCommand } from './case-command.js';
import {
  MEASURE,
  applied,
  approve,
  close,
  dismiss,
  eventOf,
  except,
  finding,
  given,
  judge,
  notExecuted,
  noticeDelivered,
  noticeFailed,
  openCase,
  outcomeOf,
  propose,
  proposeEnd,
  requestNotice,
  undo,
} from './testing/case-story.js';

const toNoticed = [openCase(), requestNotice(), noticeDelivered()];
const toContinued = [...toNoticed, judge('continued')];
const toApplied = [...toContinued, propose(), approve(), applied];

const STATES = {
  none: given(),
  open: given(openCase()),
  requested: given(openCase(), requestNotice()),
  failed: given(openCase(), requestNotice(), noticeFailed),
  noticed: given(...toNoticed),
  cured: given(...toNoticed, judge('cured')),
  continued: given(...toContinued),
  proposed: given(...toContinued, propose()),
  approved: given(...toContinued, propose(), approve()),
  applied: given(...toApplied),
  undone: given(...toApplied, undo),
  closed: given(...toNoticed, judge('cured'), close),
  dismissed: given(openCase(), requestNotice(), dismiss()),
};

/** What each command does in each state; states that are not named refuse it as `otherwise` says. */
const TABLE: readonly [
  rule: string,
  command: CaseCommand,
  otherwise: string,
  does: Partial<Record<keyof typeof STATES, string>>,
][] = [
  ['a case is opened once', openCase(), 'case-exists', { none: 'opened + finding-added' }],
  [
    'findings are added until the case is over',
    { type: 'add-finding', finding: finding({ findingId: 'f2' }) },
    'finding-added',
    { closed: 'wrong-state', dismissed: 'wrong-state' },
  ],
  ['a finding is evidence once', { type: 'add-finding', finding: finding() }, 'nothing', {}],
  [
    'a customer is told of a breach once; only what failed is followed by another notice',
    requestNotice('9a7d1c44-0f0e-5b62-8c55-90a1b2c3d4e5'),
    'already-noticed',
    {
      open: 'notice-requested',
      failed: 'notice-requested',
      requested: 'notice-under-way',
      cured: 'wrong-state',
      closed: 'wrong-state',
      dismissed: 'wrong-state',
    },
  ],
  [
    'evidence of delivery is taken whenever it comes, but starts no deadline in a case that is over',
    noticeDelivered('acknowledged'),
    'notice-delivered',
    { open: 'other-notice', dismissed: 'nothing' },
  ],
  [
    'the same evidence a second time changes nothing',
    noticeDelivered(),
    'nothing',
    { open: 'other-notice', requested: 'notice-delivered', failed: 'notice-delivered' },
  ],
  [
    'a notice that bounced takes the case back until a measure is approved',
    noticeFailed,
    'wrong-state',
    {
      open: 'other-notice',
      requested: 'notice-failed',
      failed: 'nothing',
      noticed: 'notice-failed',
      continued: 'notice-failed',
      proposed: 'notice-failed',
    },
  ],
  ['only who was told is judged', judge('continued'), 'wrong-state', { noticed: 'continued' }],
  ['only who was told is judged as cured', judge('cured'), 'wrong-state', { noticed: 'cured' }],
  [
    'a measure needs that it continued',
    propose(),
    'wrong-state',
    {
      continued: 'measure-proposed',
      proposed: 'measure-proposed',
      approved: 'measure-under-way',
      undone: 'measure-proposed',
    },
  ],
  [
    'a person approves what is proposed',
    approve(),
    'wrong-state',
    { proposed: 'measure-approved', approved: 'nothing' },
  ],
  [
    'only what is approved is applied',
    applied,
    'wrong-state',
    { proposed: 'not-approved', approved: 'measure-applied', applied: 'nothing' },
  ],
  [
    'what was approved and could not be done can be proposed anew',
    notExecuted,
    'wrong-state',
    { proposed: 'not-approved', approved: 'measure-undone' },
  ],
  [
    'a proposal or a measure in force can be taken back, not one that is being carried out',
    undo,
    'wrong-state',
    { proposed: 'measure-undone', approved: 'measure-under-way', applied: 'measure-undone' },
  ],
  [
    'a case is dismissed only before a measure',
    dismiss(),
    'dismissed',
    {
      approved: 'measure-under-way',
      applied: 'wrong-state',
      undone: 'wrong-state',
      closed: 'wrong-state',
      dismissed: 'wrong-state',
    },
  ],
  [
    'an exception for the account dismisses the case, only before a measure',
    except(),
    'exception-granted + dismissed',
    {
      approved: 'measure-under-way',
      applied: 'wrong-state',
      undone: 'wrong-state',
      closed: 'wrong-state',
      dismissed: 'wrong-state',
    },
  ],
  [
    'a case that ran its course is closed',
    close,
    'wrong-state',
    { cured: 'closed', applied: 'closed', undone: 'closed' },
  ],
];

describe('every command in every state', () => {
  it.each(TABLE)('%s', (_, command, otherwise, does) => {
    for (const [name, state] of Object.entries(STATES)) {
      const unknown = name === 'none' && command.type !== 'open-case';
      const expected = new Map(Object.entries(does)).get(name) ?? (unknown ? 'no-such-case' : otherwise);
      expect([name, outcomeOf(state, command)]).toEqual([name, expected]);
    }
  });
});

describe('opening and evidence', () => {
  it('a case needs a finding', () =>
    expect(outcomeOf(null, openCase({ findings: [] }))).toBe('finding-missing'));

  it('a case spans the days of its findings and names each rule once', () => {
    const state = given(
      openCase(),
      {
        type: 'add-finding',
        finding: finding({ findingId: 'f2', rule: 'long-open-line', firstDay: localDate('2026-10-01') }),
      },
      { type: 'add-finding', finding: finding({ findingId: 'f3', lastDay: localDate('2026-10-20') }) },
    );
    expect(eventOf('case.notice-requested', state, requestNotice())).toMatchObject({
      findings: ['f1', 'f2', 'f3'],
      rules: ['excess-over-average', 'long-open-line'],
      deadlineDays: 7,
    });
  });
});

describe('the notice', () => {
  it('dates the deadline by its first delivery; stronger evidence later moves nothing', () => {
    const later = noticeDelivered('delivery-report', instant('2026-10-20T12:00:00Z'));
    expect(eventOf('case.notice-delivered', STATES.noticed, later)).toMatchObject({
      deliveredAt: '2026-10-16T09:00:00Z',
      deadline: '2026-10-23',
      evidence: 'delivery-report',
    });
    expect(outcomeOf(given(...toNoticed, later), noticeDelivered('accepted-by-server'))).toBe('nothing');
  });

  it('a customer who confirmed it has it, whatever bounces afterwards', () =>
    expect(outcomeOf(given(...toNoticed, noticeDelivered('acknowledged')), noticeFailed)).toBe('nothing'));

  it('that bounced has no deadline, and takes back a judgement and a proposal that rested on it', () => {
    for (const story of [toNoticed, toContinued, [...toContinued, propose()]]) {
      const state = given(...story, noticeFailed);
      expect(state).toMatchObject({ status: 'open', measure: null, notice: { deadline: null } });
      expect(outcomeOf(state, judge('continued'))).toBe('wrong-state');
      expect(outcomeOf(state, propose())).toBe('wrong-state');
    }
  });

  it('of another case or an earlier one says nothing here', () =>
    expect(
      outcomeOf(STATES.noticed, {
        type: 'record-notice-failed',
        noticeId: '9a7d1c44-0f0e-5b62-8c55-90a1b2c3d4e5',
        cause: 'bounced',
      }),
    ).toBe('other-notice'));
});

describe('cured or continued', () => {
  it.each([
    ['2026-10-29', '2026-10-31T06:00:00Z', 'too-early'],
    ['2026-10-30', '2026-10-30T22:59:59Z', 'too-early'],
    ['2026-10-30', '2026-10-30T23:00:00Z', 'continued'],
    ['2026-11-05', '2026-11-06T06:00:00Z', 'continued'],
    ['2026-11-06', '2026-11-06T06:00:00Z', 'too-early'],
  ])('is judged on 7 complete days after the deadline: through %s at %s', (through, at, expected) =>
    expect(
      outcomeOf(STATES.noticed, judge('continued', { through: localDate(through), at: instant(at) })),
    ).toBe(expected),
  );

  it('looks at the days from the day after the deadline', () =>
    expect(eventOf('case.continued', STATES.noticed, judge('continued'))).toMatchObject({
      from: '2026-10-24',
      through: '2026-10-30',
    }));

  it('the result is what the figures say, for the rules that the customer was told of', () => {
    const over = { rule: 'excess-over-average', value: 90, limit: 60, exceeded: true };
    const under = { ...over, value: 10, exceeded: false };
    const other = { ...over, rule: 'short-call-burst' };
    const after = (result: 'cured' | 'continued', figures: (typeof over)[]) =>
      outcomeOf(STATES.noticed, judge(result, { figures }));
    expect(after('cured', [over])).toBe('figures-disagree');
    expect(after('continued', [under])).toBe('figures-disagree');
    expect(after('continued', [under, other])).toBe('figures-disagree');
    expect(after('cured', [under, other])).toBe('cured');
    expect(after('cured', [])).toBe('figures-missing');
    expect(after('cured', [other])).toBe('figures-missing');
  });

  it('a cured case has answered for its rules up to the deadline', () =>
    expect(STATES.cured).toMatchObject({
      answeredThrough: '2026-10-23',
      answeredRules: ['excess-over-average'],
    }));
});

describe('measures', () => {
  const evidenced = given(...toNoticed, noticeDelivered('delivery-report'), judge('continued'));

  it('need a hindrance or a reason; spaces are none', () => {
    expect(outcomeOf(STATES.continued, propose({ reason: ' ', hindrance: null }))).toBe('reason-missing');
    expect(outcomeOf(STATES.continued, propose({ reason: null, hindrance: '12 calls refused' }))).toBe(
      'measure-proposed',
    );
  });

  it('charge from the day after the deadline unless somebody says otherwise', () =>
    expect(eventOf('case.measure-proposed', evidenced, proposeEnd())).toMatchObject({
      from: '2026-10-24',
      otherDate: false,
    }));

  it('charge from another day only with a reason, and never before the first day of the finding', () => {
    const from = localDate('2026-10-13');
    expect(outcomeOf(evidenced, proposeEnd({ from, reason: null, hindrance: 'calls refused' }))).toBe(
      'reason-missing',
    );
    expect(eventOf('case.measure-proposed', evidenced, proposeEnd({ from })).otherDate).toBe(true);
    expect(outcomeOf(evidenced, proposeEnd({ from: localDate('2026-10-12') }))).toBe('before-first-day');
  });

  it('charge backwards only with strong evidence of delivery and a preview', () => {
    expect(outcomeOf(STATES.continued, proposeEnd())).toBe('evidence-missing');
    expect(outcomeOf(evidenced, proposeEnd({ previewHash: null }))).toBe('preview-missing');
    // From today on nothing is charged backwards.
    const today = proposeEnd({ from: localDate('2026-11-02'), previewHash: null });
    expect(outcomeOf(STATES.continued, today)).toBe('measure-proposed');
  });

  it('proposed for today and approved tomorrow charge backwards, so they need it then', () => {
    const today = proposeEnd({ from: localDate('2026-11-02'), previewHash: null });
    const tomorrow = approve({ at: instant('2026-11-03T09:00:00Z') });
    expect(outcomeOf(given(...toContinued, today), approve())).toBe('measure-approved');
    expect(outcomeOf(given(...toContinued, today), tomorrow)).toBe('evidence-missing');
    const known = [...toContinued, noticeDelivered('recorded-letter'), today];
    expect(outcomeOf(given(...known), tomorrow)).toBe('preview-missing');
  });

  it('limit and suspend begin when they are applied and have no day', () =>
    expect(outcomeOf(STATES.continued, propose({ from: localDate('2026-10-24') }))).toBe('not-retroactive'));

  it('are approved by a second person, always for another day than the usual one', () => {
    expect(outcomeOf(STATES.proposed, approve({ by: 'anna' }))).toBe('four-eyes');
    expect(outcomeOf(STATES.proposed, approve({ by: 'anna', fourEyes: false }))).toBe('measure-approved');
    const other = given(
      ...toNoticed,
      noticeDelivered('acknowledged'),
      judge('continued'),
      proposeEnd({ from: localDate('2026-10-20') }),
    );
    expect(outcomeOf(other, approve({ by: 'anna', fourEyes: false }))).toBe('four-eyes');
    expect(outcomeOf(other, approve({ by: 'bob', fourEyes: false }))).toBe('measure-approved');
  });

  it('that were replaced by another proposal are not approved by mistake', () => {
    const another = '4c9f3e66-2a2a-5d84-8e77-b2c3d4e5f6a7';
    const state = given(...toContinued, propose(), propose({ measureId: another }));
    expect(outcomeOf(state, approve())).toBe('other-measure');
    expect(outcomeOf(state, approve({ measureId: another }))).toBe('measure-approved');
  });

  it('once approved are approved by one person only', () =>
    expect(outcomeOf(STATES.approved, approve({ by: 'carol' }))).toBe('measure-under-way'));

  it('that were applied have answered for all rules up to that day, and can be followed by another', () => {
    expect(STATES.applied).toMatchObject({ answeredThrough: '2026-11-02', hadMeasure: true });
    expect(eventOf('case.measure-undone', STATES.applied, undo)).toMatchObject({
      measureId: MEASURE,
      wasApplied: true,
    });
    expect(given(...toApplied, undo, propose({ kind: 'suspend' }))?.status).toBe('measure-proposed');
  });

  it('taking one back needs a reason', () =>
    expect(outcomeOf(STATES.applied, { type: 'undo-measure', by: 'anna', reason: '' })).toBe(
      'reason-missing',
    ));
});
