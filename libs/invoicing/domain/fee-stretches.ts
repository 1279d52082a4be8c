import { daysWithin } from '#accounts/domain/subscriptions.js';
import {
  type LocalDate,
  type Period,
  addDays,
  daysBetween,
  daysOf,
  firstDayOf,
  lastDayOf,
} from '#calendar/local-date.js';
import type { MicroEuros, VatRate } from '#money/money.js';

/** What decides the price of a day. Two days with equal terms stand on one line. */
export interface FeeTerms {
  readonly seats: number;
  readonly pricePerSeat: MicroEuros;
  readonly vat: string;
  readonly vatRate: VatRate;
}

export interface Stretch<Terms> {
  readonly from: LocalDate;
  readonly through: LocalDate;
  readonly terms: Terms;
}

/**
 * The days of a month on which something dated holds (`to` exclusive), cut where its terms may change and joined again where
 * they did not: the fewest stretches of equal terms, in order.
 * @param cuts days on which terms may begin to differ
 * @param termsOn undefined where there is nothing to charge or the terms are not known
 */
export function stretchesOf<Terms extends FeeTerms>(
  dated: { readonly from: LocalDate; readonly to: LocalDate | null },
  month: Period,
  cuts: readonly LocalDate[],
  termsOn: (day: LocalDate) => Terms | undefined,
): Stretch<Terms>[] {
  const within = daysWithin(
    { ...dated, subscription: '', plan: '', seats: 0 },
    firstDayOf(month),
    lastDayOf(month),
  );
  if (within === undefined) return [];
  const starts = [
    within.from,
    ...cuts.filter((day) => day > within.from && day <= within.through),
  ].toSorted();
  const pieces = starts.flatMap((from, index) => {
    const next = starts[index + 1];
    const terms = next === from ? undefined : termsOn(from);
    return terms === undefined
      ? []
      : [{ from, through: next === undefined ? within.through : addDays(next, -1), terms }];
  });
  return joined(pieces);
}

/** Neighbours with equal terms as one; the input is in order and does not overlap. */
export function joined<Terms extends FeeTerms>(pieces: readonly Stretch<Terms>[]): Stretch<Terms>[] {
  const stretches: Stretch<Terms>[] = [];
  for (const piece of pieces) {
    const last = stretches.at(-1);
    if (last !== undefined && addDays(last.through, 1) === piece.from && equalTerms(last.terms, piece.terms))
      stretches[stretches.length - 1] = { ...last, through: piece.through };
    else stretches.push(piece);
  }
  return stretches;
}

function equalTerms(a: FeeTerms, b: FeeTerms): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  const left: Readonly<Record<string, unknown>> = { ...a };
  const right: Readonly<Record<string, unknown>> = { ...b };
  return [...keys].every((key) => key === 'name' || left[key] === right[key]);
}

/** Days and days of the month of a stretch: what a monthly price is multiplied by. */
export function shareOfMonth(stretch: { from: LocalDate; through: LocalDate }, month: Period) {
  return { days: daysBetween(stretch.from, stretch.through) + 1, daysOfMonth: daysOf(month) };
}
