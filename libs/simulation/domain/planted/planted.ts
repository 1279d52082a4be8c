import { type LocalDate, localDateOf, type DayNumber } from '#calendar/local-date.js';
import type { Customer } from '../customers/customer.js';
import type { Behaviour, FairUseRule, Span } from './behaviour.js';
import { LOOK_ALIKES } from './look-alikes.js';
import { CALL_SHOP, DIALLER, SHORT_CALL_BURSTS, TOLL_FRAUD } from './many-calls.js';
import { METERED_OPEN_LINE, OPEN_LINE, REDIALLED_LINE } from './open-lines.js';

/** In order of importance: a small simulation has the first ones. To add one, append it (docs/contexts/simulation.md). */
export const BEHAVIOURS: readonly Behaviour[] = [
  OPEN_LINE,
  CALL_SHOP,
  SHORT_CALL_BURSTS,
  REDIALLED_LINE,
  ...LOOK_ALIKES.slice(0, 3),
  DIALLER,
  TOLL_FRAUD,
  ...LOOK_ALIKES.slice(3),
  METERED_OPEN_LINE,
];

/** What somebody who tests a policy must know: who does what, and what has to be found. */
export interface Planted {
  /** Null: everybody. */
  readonly account: string | null;
  readonly kind: string;
  readonly abuser: boolean;
  /** The rule of the policy that it must breach, if any. */
  readonly rule: FairUseRule | null;
  readonly mayAlsoBreach: readonly string[];
  readonly from: LocalDate;
  /** First day on which it has stopped; null: it goes on for ever, whatever is written to it. */
  readonly stopsOn: LocalDate | null;
  readonly description: string;
}

export function plantedOf(customers: readonly Customer[], span: Span, rushOn: number): Planted[] {
  const dateOf = (index: number) => localDateOf((span.firstDay + index) as DayNumber);
  const accounts = customers.flatMap(({ id, planted }): Planted[] => {
    if (planted === null) return [];
    const { kind, abuser, rule, mayAlsoBreach, description } = planted;
    const stops = planted.stopsOn(span);
    const stopsOn = stops === null ? null : dateOf(stops);
    return [
      {
        account: id,
        kind,
        abuser,
        rule,
        mayAlsoBreach,
        from: dateOf(planted.startsOn(span)),
        stopsOn,
        description,
      },
    ];
  });
  return [
    ...accounts,
    {
      account: null,
      kind: 'holiday-rush',
      abuser: false,
      rule: null,
      mayAlsoBreach: [],
      from: dateOf(rushOn),
      stopsOn: dateOf(rushOn + 1),
      description: 'On this one day everybody calls more than twice as much: the average rises with it.',
    },
  ];
}
