import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { type SubscriptionTerms, inForceOn } from './subscriptions.js';

/** Who has a number, over `[from, to)`. */
export interface NumberAssignment {
  readonly account: string;
  readonly number: string;
  readonly from: Instant;
  readonly to: Instant | null;
}

/** Which account a user (seat) belongs to, over `[from, to)`. */
export interface UserAssignment {
  readonly account: string;
  readonly user: string;
  readonly number: string | null;
  /** Null: of the account's only subscription in force. */
  readonly subscription: string | null;
  /** Kept and rated 0, never judged or invoiced. */
  readonly test: boolean;
  readonly from: Instant;
  readonly to: Instant | null;
}

/** What is known about an account's contract for one call. */
export type Coverage =
  | { readonly kind: 'subscription'; readonly terms: SubscriptionTerms }
  | { readonly kind: 'none' }
  | { readonly kind: 'several'; readonly subscriptions: readonly string[] };

/**
 * Accounts, users, numbers and subscriptions as known at one position of the event store: what a call is assigned and
 * rated by. Immutable; answers are pure look-ups.
 */
export class Assignments {
  private readonly usersById: Map<string, UserAssignment[]>;
  private readonly usersByNumber: Map<string, UserAssignment[]>;
  private readonly numbers: Map<string, NumberAssignment[]>;
  private readonly subscriptions: Map<string, SubscriptionTerms[]>;

  constructor(
    readonly position: number,
    readonly accounts: ReadonlySet<string>,
    numbers: readonly NumberAssignment[],
    users: readonly UserAssignment[],
    subscriptions: readonly (SubscriptionTerms & { readonly account: string })[],
  ) {
    this.numbers = groupedBy(numbers, (assignment) => assignment.number);
    this.usersById = groupedBy(users, (assignment) => assignment.user);
    this.usersByNumber = groupedBy(
      users.filter((assignment) => assignment.number !== null),
      (assignment) => assignment.number ?? '',
    );
    this.subscriptions = groupedBy(subscriptions, (terms) => terms.account);
  }

  /** The same, but with other subscriptions of one account: what would be if it changed. */
  withSubscriptions(account: string, terms: readonly SubscriptionTerms[]): Assignments {
    const changed = Object.create(Assignments.prototype) as {
      -readonly [K in keyof Assignments]: Assignments[K];
    };
    return Object.assign(changed, this, {
      subscriptions: new Map(this.subscriptions).set(account, [...terms]),
    }) as Assignments;
  }

  user(id: string, at: Instant): UserAssignment | undefined {
    return holding(this.usersById.get(id), at);
  }

  /** The user whose own number it is. */
  userOfNumber(number: string, at: Instant): UserAssignment | undefined {
    return holding(this.usersByNumber.get(number), at);
  }

  number(number: string, at: Instant): NumberAssignment | undefined {
    return holding(this.numbers.get(number), at);
  }

  /** On-net: a call to a number of the same account is free. */
  ownsNumber(account: string, number: string, at: Instant): boolean {
    return this.number(number, at)?.account === account;
  }

  subscriptionsOf(account: string): readonly SubscriptionTerms[] {
    return this.subscriptions.get(account) ?? [];
  }

  /** The subscription that covers a call of a user at its start: the user's own, by default the only one in force. */
  coverage(account: string, user: UserAssignment | undefined, at: Instant): Coverage {
    const inForce = inForceOn(this.subscriptionsOf(account), AMSTERDAM.localDateAt(at));
    const own = user?.subscription ?? null;
    const candidates = own === null ? inForce : inForce.filter((terms) => terms.subscription === own);
    const [terms] = candidates;
    if (terms === undefined) return { kind: 'none' };
    if (candidates.length > 1)
      return { kind: 'several', subscriptions: candidates.map((one) => one.subscription) };
    return { kind: 'subscription', terms };
  }
}

function holding<T extends { readonly from: Instant; readonly to: Instant | null }>(
  assignments: readonly T[] | undefined,
  at: Instant,
): T | undefined {
  return assignments?.find(
    (assignment) => assignment.from <= at && (assignment.to === null || at < assignment.to),
  );
}

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
