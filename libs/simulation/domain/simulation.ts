import { type LocalDate, localDateOf, type DayNumber } from '#calendar/local-date.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { type StreamManifest, callStream } from './call-stream.js';
import { accountLines } from './customers/account-lines.js';
import { customerBase, spanOf } from './customers/customer-base.js';
import { catalogueText } from './deck/catalogue-text.js';
import { tariffText } from './deck/tariff-text.js';
import { type LocalDay, isWeekend, localDay } from './local-day.js';
import { type SettledOptions, type SimulationOptions, parseSimulationOptions } from './options.js';
import type { Span } from './planted/behaviour.js';
import { type Planted, plantedOf } from './planted/planted.js';
import type { World } from './traffic/customer-calls.js';

/** A made-up customer base and its calls. The same options give the same bytes, on any machine. */
export interface Simulation {
  readonly options: SettledOptions;
  /** Last day of calls; calls that are open at its end are told in full. */
  readonly lastDay: LocalDate;
  /** Three files as contracts section 2 has them: load them in this order. */
  readonly catalogue: string;
  readonly tariff: string;
  readonly accounts: string;
  /** Who was planted, and what has to be found. */
  readonly planted: readonly Planted[];
  /**
   * The call records (contracts section 1) as JSON Lines, in order of the instant at which a switch sends them: chunks of whole lines,
   * made as they are asked for, with memory for a day of each account. What it held is the generator's return value.
   */
  calls(): Generator<string, StreamManifest>;
}

/** @throws RefusedError for options that `parseSimulationOptions` refuses */
export function simulate(options: SimulationOptions): Simulation {
  const settled = acceptedOrThrow(parseSimulationOptions(options));
  const span = spanOf(settled);
  const customers = customerBase(settled, span);
  const world = worldOf(settled, span);
  return {
    options: settled,
    lastDay: localDateOf((span.firstDay + span.days - 1) as DayNumber),
    catalogue: catalogueText(settled.from),
    tariff: tariffText(settled.from, settled.days),
    get accounts() {
      return [...accountLines(customers)].join('');
    },
    planted: plantedOf(customers, span, world.rushOn),
    calls: () => callStream(customers, world, settled.badRecords),
  };
}

function worldOf(options: SettledOptions, span: Span): World {
  const days = new Map<number, LocalDay>();
  const dayAt = (index: number): LocalDay => {
    let day = days.get(index);
    if (day === undefined) {
      day = localDay((span.firstDay + index) as DayNumber, index);
      days.set(index, day);
    }
    return day;
  };
  return {
    seed: options.seed,
    span,
    answeredRecords: options.answeredRecords,
    rushOn: rushDay(span, dayAt),
    dayAt,
  };
}

/** A Friday in the second half, where there is one; else a working day. In the default span, the one before the autumn holidays. */
function rushDay(span: Span, dayAt: (index: number) => LocalDay): number {
  const from = Math.floor((span.days * 6) / 10);
  for (let index = from; index < span.days; index += 1) {
    if (dayAt(index).weekday === 4) return index;
  }
  for (let index = from; index >= 0; index -= 1) {
    if (!isWeekend(dayAt(index))) return index;
  }
  return from;
}
