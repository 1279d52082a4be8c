import { type LocalDate, addDays, firstDayOf, nextPeriod, periodOf } from '#calendar/local-date.js';
import { destinationClass } from './destination-classes.js';
import { DECK_PREFIXES } from './prefixes.js';

const HEADER =
  'tariff,valid_from,prefix,destination,class,connect_fee,per_minute,minimum_seconds,increment_seconds,period,maximum_charge';

/** Prices that the second version changes: what finance calls the autumn round. */
const LATER_PRICES: Readonly<Record<string, string>> = {
  'eu-mobile': '0.1390',
  europe: '0.2050',
  'world-2': '0.3350',
};

/**
 * The tariff file (contracts section 2): one deck from the year before the simulation, and one with some other prices from the
 * first of a month within it, where it holds one.
 */
export function tariffText(from: LocalDate, days: number): string {
  const rows = deckRows(`${Number(from.slice(0, 4)) - 1}-01-01`, {});
  const change = firstDayOf(nextPeriod(periodOf(from)));
  if (change < addDays(from, days)) rows.push(...deckRows(change, LATER_PRICES));
  return `${[HEADER, ...rows].join('\n')}\n`;
}

function deckRows(validFrom: string, laterPrices: Readonly<Record<string, string>>): string[] {
  return DECK_PREFIXES.flatMap(({ prefix, destination, class: id }) => {
    const priced = destinationClass(id);
    const row = (perMinute: string, period: string) =>
      [
        'regular',
        validFrom,
        prefix,
        destination,
        id,
        priced.connectFee,
        perMinute,
        priced.minimumSeconds,
        priced.incrementSeconds,
        period,
        priced.maximumCharge ?? '',
      ].join(',');
    const always = laterPrices[id] ?? priced.perMinute;
    return priced.offPeakPerMinute === undefined
      ? [row(always, '')]
      : [row(priced.perMinute, 'peak'), row(priced.offPeakPerMinute, 'off-peak')];
  });
}
