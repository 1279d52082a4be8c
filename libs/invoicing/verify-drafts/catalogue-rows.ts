import { type LocalDate, type Period, addDays, firstDayOf, lastDayOf } from '#calendar/local-date.js';
import type { CatalogueTimeline } from '#catalogue/domain/catalogue-timeline.js';

/** What the catalogue says over days of a month, as rows that SQL can join; both days inclusive. */
export interface CatalogueRows {
  readonly plans: readonly (Span & { readonly plan: string; readonly price: number; readonly vat: string })[];
  readonly addOns: readonly (Span & {
    readonly add_on: string;
    readonly price: number;
    readonly included_days: number;
    readonly block_price: number;
    readonly vat: string;
  })[];
  readonly rates: readonly (Span & { readonly key: string; readonly rate: number })[];
}

interface Span {
  readonly from_day: LocalDate;
  readonly through_day: LocalDate;
}

export function catalogueRowsOf(catalogue: CatalogueTimeline, month: Period): CatalogueRows {
  const starts = [firstDayOf(month), ...catalogue.changesWithin(month).toSorted()];
  const spans = starts.map((day, index) => {
    const next = starts[index + 1];
    const span = { from_day: day, through_day: next === undefined ? lastDayOf(month) : addDays(next, -1) };
    return { span, version: catalogue.at(day) };
  });
  return {
    plans: spans.flatMap(({ span, version }) =>
      (version?.plans ?? []).map((plan) => ({
        ...span,
        plan: plan.id,
        price: plan.pricePerSeat,
        vat: plan.vat,
      })),
    ),
    addOns: spans.flatMap(({ span, version }) =>
      (version?.addOns ?? [])
        .filter((addOn) => addOn.appliesTo === 'account')
        .map((addOn) => ({
          ...span,
          add_on: addOn.id,
          price: addOn.pricePerSeat,
          included_days: addOn.includedRetentionDays,
          block_price: addOn.pricePerSeatPerExtra30Days,
          vat: addOn.vat,
        })),
    ),
    rates: spans.flatMap(({ span, version }) =>
      Object.entries(version?.vatRates ?? {}).map(([key, rate]) => ({ ...span, key, rate })),
    ),
  };
}
