import fc from 'fast-check';
import { type Instant, instant } from '#calendar/instant.js';
import { localDate } from '#calendar/local-date.js';
import type { DialogueResult, NoticeCommand } from './notice-command.js';
import { ACKNOWLEDGEMENTS, type NoticeEvent } from './notice-event.js';
import { type NoticeState, evolveNotice } from './notice-state.js';
import { decideNotice, noticeDecider } from './notice.js';
import { MAXIMUM_ATTEMPTS, dueAgain } from './retry-pause.js';

const AT = instant('2026-10-16T08:00:00Z');
const IDS = {
  noticeId: '2a7d1c44-0f0e-5b62-8c55-90a1b2c3d4e5',
  case: '6f1e6a0e-5f43-5c1b-9d4e-0b6f5d1c7a01',
  account: 'A10017',
};
const LETTER = {
  ...IDS,
  language: 'nl' as const,
  recipientRole: 'fair-use' as const,
  findings: ['f1'],
  rules: ['excess-over-average'],
  writtenOn: localDate('2026-10-16'),
  stopBy: localDate('2026-10-23'),
  letterHash: 'ab'.repeat(32),
};
const prepare: NoticeCommand = { type: 'prepare', letter: LETTER };
const attempt: NoticeCommand = { type: 'attempt', at: AT };
const result = (number: number, outcome: DialogueResult): NoticeCommand => ({
  type: 'record-result',
  attempt: number,
  messageId: '<m@x>',
  result: outcome,
  at: AT,
  jitter: 0,
});
const TAKEN: DialogueResult = { kind: 'accepted', responseCode: 250, by: 'smtp' };
const NOT_NOW: DialogueResult = { kind: 'not-now', cause: 'server-refused-for-now', responseCode: 451 };
const REFUSED: DialogueResult = { kind: 'refused', cause: 'rejected', responseCode: 550 };
const UNKNOWN: DialogueResult = { kind: 'unknown', cause: 'connection-lost' };
const resend: NoticeCommand = { type: 'resend', by: 'anna', reason: 'looked in the log' };
const delivered = (evidence: (typeof ACKNOWLEDGEMENTS)[number]): NoticeCommand => ({
  type: 'record-delivery',
  evidence,
  by: 'anna',
});
const bounced: NoticeCommand = { type: 'record-bounce', by: 'dsn', reason: null, statusCode: '5.1.1' };

/** Carries commands out one after the other; a refusal stops the test. */
function given(...commands: readonly NoticeCommand[]): NoticeState {
  return commands.reduce<NoticeState>((state, command) => {
    const decided = decideNotice(command, state);
    if (!decided.ok) throw new Error(decided.refusal.message);
    return decided.value.reduce<NoticeState>(evolveNotice, state);
  }, noticeDecider.initialState);
}

/** Types of the events, or the code of the refusal. */
function when(state: NoticeState, command: NoticeCommand): string[] | string {
  const decided = decideNotice(command, state);
  return decided.ok ? decided.value.map((event) => event.type.slice('notice.'.length)) : decided.refusal.code;
}

const STATES = {
  none: given(),
  prepared: given(prepare),
  attempted: given(prepare, attempt),
  waiting: given(prepare, attempt, result(1, NOT_NOW)),
  uncertain: given(prepare, attempt, result(1, UNKNOWN)),
  accepted: given(prepare, attempt, result(1, TAKEN)),
  acknowledged: given(prepare, attempt, result(1, TAKEN), delivered('acknowledged')),
  failed: given(prepare, attempt, result(1, REFUSED)),
  bounced: given(prepare, attempt, result(1, TAKEN), bounced),
};

describe('the life of a notice', () => {
  it('is written once: writing it again changes nothing', () => {
    for (const [name, state] of Object.entries(STATES)) {
      expect([name, when(state, prepare)]).toEqual([name, name === 'none' ? ['prepared'] : []]);
    }
  });

  it('fails at once when nobody can be written to', () => {
    expect(when(null, { type: 'prepare', letter: { ...LETTER, recipientRole: null } })).toEqual([
      'prepared',
      'failed',
    ]);
  });

  it.each([
    ['none', 'no-such-notice'],
    ['prepared', ['attempted']],
    ['attempted', 'wrong-state'],
    ['waiting', 'not-due'],
    ['uncertain', 'wrong-state'],
    ['accepted', 'wrong-state'],
    ['acknowledged', 'wrong-state'],
    ['failed', 'wrong-state'],
    ['bounced', 'wrong-state'],
  ] as const)('a mail goes out only when it is written or due: %s', (name, expected) =>
    expect(when(STATES[name], attempt)).toEqual(expected),
  );

  it('is due again after 5 minutes, then after twice as long each time, at most 12 hours, spread by chance', () => {
    const minutes = (number: number, jitter: number) => (dueAgain(AT, number, jitter) - AT) / 60_000;
    expect([1, 2, 3, 8, 9, 40].map((number) => minutes(number, 0))).toEqual([5, 10, 20, 640, 720, 720]);
    expect(minutes(1, 0.5)).toBe(6.25);
    const due = (AT + 5 * 60_000) as Instant;
    expect(when(STATES.waiting, { type: 'attempt', at: (due - 1) as Instant })).toBe('not-due');
    expect(when(STATES.waiting, { type: 'attempt', at: due })).toEqual(['attempted']);
  });

  it('fails when the last attempt allowed was not taken either', () => {
    const attempted = STATES.attempted;
    if (attempted === null) throw new Error('no state');
    const last = { ...attempted, attempts: MAXIMUM_ATTEMPTS };
    expect(when(last, result(MAXIMUM_ATTEMPTS, NOT_NOW))).toEqual(['failed']);
    const before = { ...attempted, attempts: MAXIMUM_ATTEMPTS - 1 };
    expect(when(before, result(MAXIMUM_ATTEMPTS - 1, NOT_NOW))).toEqual(['deferred']);
  });

  it('a result counts for its own attempt only, and may come late for one that was thought lost', () => {
    expect(when(STATES.attempted, result(2, TAKEN))).toBe('other-attempt');
    expect(when(STATES.accepted, result(1, REFUSED))).toBe('other-attempt');
    expect(when(STATES.uncertain, result(1, TAKEN))).toEqual(['accepted']);
    expect(when(STATES.uncertain, result(1, NOT_NOW))).toEqual(['deferred']);
    expect(when(STATES.uncertain, result(1, UNKNOWN))).toEqual([]);
  });

  it('an attempt that was cut off is uncertain; one that ended is not', () => {
    expect(when(STATES.attempted, { type: 'give-up-attempt', attempt: 1 })).toEqual(['uncertain']);
    expect(when(STATES.attempted, { type: 'give-up-attempt', attempt: 2 })).toEqual([]);
    for (const name of ['waiting', 'uncertain', 'accepted', 'failed'] as const) {
      expect(when(STATES[name], { type: 'give-up-attempt', attempt: 1 })).toEqual([]);
    }
  });

  it.each([
    ['prepared', 'wrong-state'],
    ['attempted', 'wrong-state'],
    ['waiting', ['resend-requested']],
    ['uncertain', ['resend-requested']],
    ['accepted', 'wrong-state'],
    ['acknowledged', 'wrong-state'],
    ['failed', 'new-notice-needed'],
    ['bounced', 'new-notice-needed'],
  ] as const)('a person sends again only what waits or is uncertain: %s', (name, expected) =>
    expect(when(STATES[name], resend)).toEqual(expected),
  );

  it('sending again needs a reason', () =>
    expect(when(STATES.uncertain, { type: 'resend', by: 'anna', reason: '  ' })).toBe('reason-missing'));

  it.each([
    ['prepared', 'wrong-state'],
    ['attempted', ['acknowledged']],
    ['waiting', 'wrong-state'],
    ['uncertain', ['acknowledged']],
    ['accepted', ['acknowledged']],
    ['acknowledged', []],
    ['failed', 'wrong-state'],
    ['bounced', 'wrong-state'],
  ] as const)('a delivery report counts for what was sent: %s', (name, expected) =>
    expect(when(STATES[name], delivered('delivery-report'))).toEqual(expected),
  );

  it('a recorded letter counts whatever the mail did, and what waits is then not sent', () => {
    for (const [name, state] of Object.entries(STATES)) {
      if (name !== 'none') expect(when(state, delivered('recorded-letter'))).toEqual(['acknowledged']);
    }
    const known = given(prepare, attempt, result(1, NOT_NOW), delivered('recorded-letter'));
    expect(when(known, { type: 'attempt', at: instant('2027-01-01T00:00:00Z') })).toBe('wrong-state');
  });

  it('stronger evidence is added, weaker is not', () => {
    const reported = given(prepare, attempt, result(1, TAKEN), delivered('delivery-report'));
    expect(when(reported, delivered('acknowledged'))).toEqual(['acknowledged']);
    expect(when(STATES.acknowledged, delivered('acknowledged'))).toEqual([]);
  });

  it.each([
    ['prepared', 'wrong-state'],
    ['attempted', ['bounced']],
    ['waiting', 'wrong-state'],
    ['uncertain', ['bounced']],
    ['accepted', ['bounced']],
    ['acknowledged', 'wrong-state'],
    ['failed', 'wrong-state'],
    ['bounced', []],
  ] as const)('only what was sent and not confirmed can bounce: %s', (name, expected) =>
    expect(when(STATES[name], bounced)).toEqual(expected),
  );

  it('whatever happens in whatever order: never a second mail by itself after one that may have arrived', () => {
    const outcome = fc.constantFrom(TAKEN, NOT_NOW, REFUSED, UNKNOWN);
    const step = fc.oneof(
      fc.constant<NoticeCommand>(prepare),
      fc.nat({ max: 40 }).map<NoticeCommand>((day) => ({
        type: 'attempt',
        at: (AT + day * 86_400_000) as Instant,
      })),
      fc.tuple(fc.integer({ min: 1, max: 4 }), outcome).map(([number, one]) => result(number, one)),
      fc.integer({ min: 1, max: 4 }).map<NoticeCommand>((number) => ({
        type: 'give-up-attempt',
        attempt: number,
      })),
      fc.constantFrom(...ACKNOWLEDGEMENTS).map(delivered),
      fc.constant(bounced),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (commands) => {
        let state: NoticeState = null;
        const story: NoticeEvent[] = [];
        for (const command of commands) {
          const decided = decideNotice(command, state);
          if (!decided.ok) continue;
          for (const event of decided.value) {
            state = evolveNotice(state, event);
            story.push(event);
          }
        }
        // Nobody asked for a resend here: before each further attempt the one before was certainly not taken.
        story.forEach((event, index) => {
          if (event.type !== 'notice.attempted' || event.data.attempt === 1) return;
          expect(story[index - 1]?.type).toBe('notice.deferred');
        });
        const attempts = story.filter((event) => event.type === 'notice.attempted').length;
        expect(attempts).toBe(state?.attempts ?? 0);
        expect(story.filter((event) => event.type === 'notice.prepared').length).toBeLessThanOrEqual(1);
        expect(story.filter((event) => event.type === 'notice.accepted').length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2_000 },
    );
  });
});
