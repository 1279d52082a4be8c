import { AMSTERDAM } from '#calendar/billing-zone.js';
import { asDialled } from '../deck/dialled-number.js';
import type { Call } from './call.js';

const MILLIS_PER_HOUR = 3_600_000;
const HOURS_KEPT = 4_096;
const TWO_DIGITS = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));
const MINUTES_AND_SECONDS = Array.from(
  { length: 3600 },
  (_, second) => `${TWO_DIGITS[Math.floor(second / 60)]}:${TWO_DIGITS[second % 60]}`,
);

interface HourText {
  readonly before: string;
  readonly after: string;
}

/**
 * Calls as lines of contracts section 1. Each text of an hour is made once: writing instants would otherwise cost more than
 * everything else. One switch writes local time with its offset, the other UTC.
 */
export class CallText {
  private readonly local = new Map<number, HourText>();
  private readonly utc = new Map<number, HourText>();

  ended(call: Call): string {
    const { answeredAt, endedAt } = call;
    const talk =
      answeredAt === null
        ? `,"disposition":"${call.disposition}"`
        : `,"durationSeconds":${(endedAt - answeredAt) / 1000}`;
    return `{${this.opening(call)},"answeredAt":${
      answeredAt === null ? 'null' : `"${this.instant(call, answeredAt)}"`
    },"endedAt":"${this.instant(call, endedAt)}"${talk}${wayOf(call)}}\n`;
  }

  /** The record of a call that is still open. */
  answered(call: Call, answeredAt: number): string {
    return `{"type":"call.answered",${this.opening(call)},"answeredAt":"${this.instant(call, answeredAt)}"${wayOf(call)}}\n`;
  }

  private opening(call: Call): string {
    const { customer, user, forwardedBy, from, direction } = call;
    const dialled = customer.dialsNational && direction === 'outbound';
    const to = dialled ? asDialled(call.to) : call.to;
    return `"source":"${customer.source}","id":"${call.id}"${
      customer.namesAccount ? `,"account":"${customer.id}"` : ''
    }${user === null ? '' : `,"user":"${user}"`}${
      forwardedBy === null ? '' : `,"forwardedBy":"${forwardedBy}"`
    },"direction":"${direction}"${from === null ? '' : `,"from":"${from}"`},"to":"${to}","startedAt":"${this.instant(call, call.startedAt)}"`;
  }

  private instant(call: Call, at: number): string {
    const hour = Math.floor(at / MILLIS_PER_HOUR);
    const inUtc = call.customer.source === UTC_SOURCE;
    const kept = inUtc ? this.utc : this.local;
    let text = kept.get(hour);
    if (text === undefined) {
      if (kept.size >= HOURS_KEPT) kept.clear();
      text = inUtc ? utcHour(hour) : localHour(hour);
      kept.set(hour, text);
    }
    return text.before + (MINUTES_AND_SECONDS[(at - hour * MILLIS_PER_HOUR) / 1000] ?? '') + text.after;
  }
}

/** The switch that writes its times in UTC. */
export const UTC_SOURCE = 'switch-2';

function wayOf(call: Call): string {
  const ip = call.ip === null ? '' : `,"ip":"${call.ip}"`;
  return call.direction === 'internal' ? ip : `${ip},"trunk":"${call.customer.trunk}"`;
}

/** Offsets of Amsterdam are whole hours, so an hour of UTC is an hour on the wall. */
function localHour(hour: number): HourText {
  const offsetHours = AMSTERDAM.offsetMillisAt(hour * MILLIS_PER_HOUR) / MILLIS_PER_HOUR;
  const wall = new Date((hour + offsetHours) * MILLIS_PER_HOUR).toISOString();
  return { before: wall.slice(0, 14), after: `+${String(offsetHours).padStart(2, '0')}:00` };
}

function utcHour(hour: number): HourText {
  return { before: new Date(hour * MILLIS_PER_HOUR).toISOString().slice(0, 14), after: 'Z' };
}
