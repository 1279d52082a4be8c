import { localDate } from '#calendar/local-date.js';
import {
  type SubscriptionCommand,
  type SubscriptionEvent,
  type Subscriptions,
  decideSubscription,
  evolveSubscriptions,
  inForceOn,
  noSubscriptions,
} from './subscriptions.js';

const start = (
  plan: string,
  from: string,
  to: string | null = null,
  subscription = 'A1-1',
): SubscriptionEvent => ({
  type: 'subscription.started',
  data: {
    account: 'A1',
    subscription,
    plan,
    seats: 3,
    from: localDate(from),
    to: to === null ? null : localDate(to),
  },
});
const given = (...events: SubscriptionEvent[]): Subscriptions =>
  events.reduce(evolveSubscriptions, noSubscriptions);
const change = (
  from: string,
  terms: Partial<Extract<SubscriptionCommand, { kind: 'change' }>>,
): SubscriptionCommand => ({
  kind: 'change',
  account: 'A1',
  from: localDate(from),
  ...terms,
});

describe('subscriptions over time', () => {
  it('a plan change from a day on keeps the days before it', () => {
    const before = given(start('unlimited', '2026-01-01'));
    const decided = decideSubscription(change('2026-10-16', { plan: 'metered' }), before);
    if (!decided.ok) throw new Error(decided.refusal.message);
    const after = decided.value.reduce(evolveSubscriptions, before);
    expect(inForceOn(after, localDate('2026-10-15'))).toMatchObject([
      { plan: 'unlimited', to: '2026-10-16' },
    ]);
    expect(inForceOn(after, localDate('2026-10-16'))).toMatchObject([
      { plan: 'metered', seats: 3, to: null },
    ]);
  });

  it('a change from the first day leaves nothing of the plan before', () => {
    const before = given(start('unlimited', '2026-01-01'));
    const decided = decideSubscription(change('2026-01-01', { seats: 5 }), before);
    if (!decided.ok) throw new Error(decided.refusal.message);
    expect(decided.value.reduce(evolveSubscriptions, before)).toHaveLength(1);
  });

  it.each([
    [change('2025-12-31', { plan: 'metered' }), 'no-subscription', /began on 2026-01-01/],
    [change('2026-10-16', { plan: 'unlimited' }), 'nothing-changes', /3 seats/],
    [change('2027-01-01', { plan: 'metered' }), 'no-subscription', /2027-01-01/],
  ])('a senseless change is refused with its reason', (command, code, message) => {
    const outcome = decideSubscription(command, given(start('unlimited', '2026-01-01', '2027-01-01')));
    expect(outcome).toMatchObject({ ok: false, refusal: { code, message: expect.stringMatching(message) } });
  });

  it('with several subscriptions in force the change names one', () => {
    const both = given(start('unlimited', '2026-01-01'), start('metered', '2026-02-01', null, 'A1-2'));
    expect(decideSubscription(change('2026-03-01', { seats: 9 }), both)).toMatchObject({
      refusal: { code: 'several-subscriptions' },
    });
    expect(decideSubscription(change('2026-03-01', { seats: 9, subscription: 'A1-2' }), both)).toMatchObject({
      ok: true,
    });
  });

  it('a change before a later one would overlap and is refused', () => {
    const first = given(start('unlimited', '2026-01-01'));
    const decided = decideSubscription(change('2026-06-01', { plan: 'metered' }), first);
    if (!decided.ok) throw new Error(decided.refusal.message);
    const changed = decided.value.reduce(evolveSubscriptions, first);
    expect(decideSubscription(change('2026-05-01', { seats: 4 }), changed)).toMatchObject({
      refusal: { code: 'later-change' },
    });
  });

  it('the same subscription does not start twice at once', () => {
    const outcome = decideSubscription(
      { kind: 'start', ...start('metered', '2026-03-01').data },
      given(start('unlimited', '2026-01-01')),
    );
    expect(outcome).toMatchObject({ refusal: { code: 'subscription-overlaps' } });
  });
});
