import { Assignments, type UserAssignment } from '#accounts/domain/assignments.js';
import { instant } from '#calendar/instant.js';
import { assignAccount } from './assign-account.js';
import type { CallRecord } from './call-record.js';

const START = instant('2026-01-01T00:00:00Z');
const MOVED = instant('2026-10-10T00:00:00Z');
const user = (
  account: string,
  id: string,
  number: string,
  from = START,
  to: UserAssignment['to'] = null,
): UserAssignment => ({
  account,
  user: id,
  number,
  subscription: null,
  test: false,
  from,
  to,
});
const assignments = new Assignments(
  1,
  new Set(['A', 'B']),
  [
    { account: 'A', number: '+31300000001', from: START, to: MOVED },
    { account: 'B', number: '+31300000001', from: MOVED, to: null },
    { account: 'B', number: '+31300000002', from: START, to: null },
  ],
  [user('A', 'a-1', '+31300000001', START, MOVED), user('B', 'b-1', '+31300000002')],
  [],
);
const call = (change: Partial<CallRecord>): CallRecord => ({
  source: 's',
  id: 'i',
  account: null,
  user: null,
  forwardedBy: null,
  direction: 'outbound',
  from: '+31300000001',
  to: '+31201234567',
  startedAt: instant('2026-10-05T08:00:00Z'),
  answeredAt: null,
  endedAt: instant('2026-10-05T08:01:00Z'),
  talkSeconds: 0,
  disposition: 'no-answer',
  ip: null,
  trunk: null,
  ...change,
});
const accountOf = (change: Partial<CallRecord>) => {
  const assigned = assignAccount(call(change), assignments);
  return assigned.ok ? `${assigned.account} ${assigned.user?.user ?? '-'}` : assigned.rejection.reason;
};

describe('whose call it is', () => {
  it.each<[string, Partial<CallRecord>, string]>([
    ['the account as sent comes first', { account: 'B', user: 'a-1' }, 'B -'],
    ['then the user', { user: 'b-1' }, 'B b-1'],
    ['then who forwarded it, a user', { forwardedBy: 'b-1' }, 'B b-1'],
    ['or a number', { forwardedBy: '+31300000002' }, 'B b-1'],
    ['or a number as dialled', { forwardedBy: '0300000002' }, 'B b-1'],
    ['then the caller of an outbound call', {}, 'A a-1'],
    ['and the called number of an inbound one', { direction: 'inbound', to: '+31300000002' }, 'B b-1'],
    ['as assigned when the call started', { startedAt: MOVED }, 'B -'],
    ['up to the last instant', { startedAt: instant('2026-10-09T23:59:59.999Z') }, 'A a-1'],
    ['a user that is not known gives way to the number', { user: 'stranger' }, 'A a-1'],
    [
      'the forwarding seat pays, not the user that is shown',
      { user: 'b-1', forwardedBy: '+31300000002' },
      'B b-1',
    ],
  ])('%s', (_rule, change, expected) => {
    expect(accountOf(change)).toBe(expected);
  });

  it.each<[string, Partial<CallRecord>, string]>([
    ['an account that nobody knows', { account: 'Z' }, 'Account Z is not known.'],
    [
      "a forwarded leg is not its shown caller's",
      { forwardedBy: 'stranger' },
      'ForwardedBy stranger belonged to no account when the call started.',
    ],
    [
      'a number of nobody',
      { from: '+31300000009' },
      'From +31300000009 belonged to no account when the call started.',
    ],
    [
      'a user and a number of nobody',
      { user: 'x', from: '+31300000009' },
      'User x and from +31300000009 belonged to no account when the call started.',
    ],
    [
      'an anonymous caller',
      { from: null },
      'An anonymous caller belonged to no account when the call started.',
    ],
    [
      'a call before the assignment',
      { startedAt: instant('2025-12-31T23:59:59Z') },
      'From +31300000001 belonged to no account when the call started.',
    ],
  ])('of %s is unknown, in a sentence that says what was tried', (_rule, change, expected) => {
    expect(accountOf(change)).toBe(expected);
  });
});
