import type { BillingZone } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { type MicroEuros, microEuros } from '#money/money.js';
import { PrefixIndex } from './prefix-index.js';
import type { Band, PrefixRate, TariffVersion } from './tariff.js';
import { WeeklyHours } from './weekly-hours.js';

/**
 * Amounts inside a price are whole sixtieths of a micro-euro: a rate per minute times seconds is then a whole number, so the price is exact
 * until its one rounding. 1,000 euro a minute over 7 days is 6e14 of them, well below 2^53.
 */
export const SIXTIETHS = 60;

export interface CallToPrice {
  /** Normalised number. */
  readonly to: string;
  readonly answeredAt: Instant;
  /** Whole seconds, more than 0. */
  readonly talkSeconds: number;
}

export interface Price {
  readonly rate: PrefixRate;
  readonly billedSeconds: number;
  readonly charge: MicroEuros;
}

interface CompiledPrice {
  readonly period: string | null;
  readonly perMinute: number;
  readonly hours: WeeklyHours | null;
}

interface CompiledBand {
  readonly band: Band;
  readonly toSecond: number;
  readonly prices: readonly CompiledPrice[];
}

interface CompiledRate {
  readonly rate: PrefixRate;
  readonly bands: readonly CompiledBand[];
}

/** What one stretch of seconds of one price adds: the same steps make the charge and its explanation. */
export interface PricedStretch {
  readonly band: Band;
  readonly period: string | null;
  readonly perMinute: number;
  readonly seconds: number;
  /** Seconds that are billed and were not talked. */
  readonly padding: number;
}

/** A tariff version made ready for rating. */
export class CompiledTariff {
  private readonly index: PrefixIndex;
  private readonly rates: readonly CompiledRate[];

  constructor(readonly version: TariffVersion) {
    const hours = new Map(version.periods.map((period) => [period.id, new WeeklyHours(period.intervals)]));
    this.index = new PrefixIndex(version.rates.map((rate) => rate.prefix));
    this.rates = version.rates.map((rate) => compile(rate, hours));
  }

  /** The rate of the longest matching prefix. */
  rateOf(number: string): PrefixRate | undefined {
    return this.rates[this.index.find(number)]?.rate;
  }

  /**
   * The price of one call (contracts section 3); undefined when no prefix matches. Its cost does not depend on the duration.
   * @throws RangeError for a talk time that is not a whole number of seconds above 0
   */
  price(call: CallToPrice, zone: BillingZone): Price | undefined {
    const compiled = this.rates[this.index.find(call.to)];
    if (compiled === undefined) return undefined;
    let amount = compiled.rate.connectFee * SIXTIETHS;
    let billedSeconds = 0;
    walk(compiled, call, zone, (_band, price, seconds, padding) => {
      amount += price.perMinute * (seconds + padding);
      billedSeconds += seconds + padding;
    });
    return { rate: compiled.rate, billedSeconds, charge: this.round(atMost(amount, compiled.rate)) };
  }

  /** The stretches of which the price is made, in order; undefined when no prefix matches. */
  stretches(
    call: CallToPrice,
    zone: BillingZone,
  ): { rate: PrefixRate; stretches: PricedStretch[] } | undefined {
    const compiled = this.rates[this.index.find(call.to)];
    if (compiled === undefined) return undefined;
    const stretches: PricedStretch[] = [];
    walk(compiled, call, zone, (band, { period, perMinute }, seconds, padding) => {
      stretches.push({ band: band.band, period, perMinute, seconds, padding });
    });
    return { rate: compiled.rate, stretches };
  }

  /** Once, half up, to the tariff's decimals; charges are never negative. */
  round(sixtieths: number): MicroEuros {
    const unit = 10 ** (6 - this.version.chargeDecimals);
    const divisor = unit * SIXTIETHS;
    if (!Number.isSafeInteger(sixtieths * 2)) throw new RangeError('A charge is too large to be exact');
    const whole = Math.floor(sixtieths / divisor);
    const rest = sixtieths - whole * divisor;
    return microEuros((rest * 2 >= divisor ? whole + 1 : whole) * unit);
  }
}

export function atMost(sixtieths: number, rate: PrefixRate): number {
  return rate.maximumCharge === null ? sixtieths : Math.min(sixtieths, rate.maximumCharge * SIXTIETHS);
}

function compile(rate: PrefixRate, hours: ReadonlyMap<string, WeeklyHours>): CompiledRate {
  return {
    rate,
    bands: rate.bands.map((band, index) => ({
      band,
      toSecond: rate.bands[index + 1]?.fromSecond ?? Number.POSITIVE_INFINITY,
      prices: band.prices.map(({ period, perMinute }) => {
        const weekly = period === null ? null : hours.get(period);
        if (weekly === undefined)
          throw new RangeError(
            `Prefix ${rate.prefix} uses the period ${period}, which its tariff does not have`,
          );
        return { period, perMinute, hours: weekly };
      }),
    })),
  };
}

type Visit = (band: CompiledBand, price: CompiledPrice, seconds: number, padding: number) => void;

/**
 * Walks the stretches of a call band by band. Seconds of a band are rounded up to its increment, the first band bills at least its minimum;
 * padding takes the price at the last talked second. Fractions of a second at the answer don't matter: periods change on whole minutes.
 */
function walk(compiled: CompiledRate, call: CallToPrice, zone: BillingZone, visit: Visit): void {
  const { talkSeconds } = call;
  if (!Number.isSafeInteger(talkSeconds) || talkSeconds <= 0)
    throw new RangeError(`A talk time of ${talkSeconds} seconds has no price`);
  const answeredSecond = Math.floor(call.answeredAt / 1000);
  for (const band of compiled.bands) {
    const { fromSecond, incrementSeconds, minimumSeconds } = band.band;
    if (talkSeconds <= fromSecond) return;
    const talked = Math.min(talkSeconds, band.toSecond) - fromSecond;
    const rounded = Math.ceil(talked / incrementSeconds) * incrementSeconds;
    const billed = fromSecond === 0 ? Math.max(minimumSeconds, rounded) : rounded;
    visitBand(band, answeredSecond + fromSecond, talked, billed - talked, zone, visit);
  }
}

function visitBand(
  band: CompiledBand,
  fromSecond: number,
  talked: number,
  padding: number,
  zone: BillingZone,
  visit: Visit,
): void {
  const [only, another] = band.prices;
  if (only !== undefined && another === undefined) {
    visit(band, only, talked, padding);
    return;
  }
  const lastSecond = fromSecond + talked - 1;
  const lastWall = lastSecond + zone.offsetMillisAt(lastSecond * 1000) / 1000;
  for (const price of band.prices) {
    const seconds = price.hours === null ? talked : price.hours.secondsOf(fromSecond, talked, zone);
    const pad = padding > 0 && (price.hours === null || price.hours.contains(lastWall)) ? padding : 0;
    if (seconds > 0 || pad > 0) visit(band, price, seconds, pad);
  }
}
