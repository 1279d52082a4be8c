import { Injectable } from '@nestjs/common';
import { type DayNumber, localDateOf } from '#calendar/local-date.js';
import type { FairUsePolicy } from '#catalogue/domain/policy.js';
import type { RecordedEvent } from '#event-store/event.js';
import { EventStore, VersionConflict } from '#event-store/event-store.js';
import { Database } from '#platform/database/database.js';
import { causedId } from '#platform/identity/ids.js';
import type { JudgedDay } from '../domain/judge-day.js';
import { dayJudged } from '../events/events.js';
import { type JudgedOn, isKept, writeJudgedDay } from '../store/judged-day-writer.js';
import { type VerdictsOfDay, readVerdicts } from '../store/judging-reader.js';
import { verdictsOf } from './policy-run.js';

/** A day on record, by us or by somebody who was faster. */
export interface RecordedDay {
  readonly event: RecordedEvent;
  readonly verdicts: VerdictsOfDay;
  /** False: the day had been judged before, and that stands. */
  readonly recordedNow: boolean;
}

/** Where judged days are recorded: event, findings, baselines and verdicts in one transaction, each day once. */
@Injectable()
export class JudgedDays {
  constructor(
    private readonly store: EventStore,
    private readonly database: Database,
  ) {}

  async record(judged: JudgedDay, on: JudgedOn): Promise<RecordedDay> {
    const { policy } = on;
    const eventId = eventIdOf(policy.id, judged.day);
    const event = await this.append(judged, on, eventId);
    if (event !== undefined) {
      const kept = { ...judged, verdicts: judged.verdicts.filter(isKept) };
      return { event, verdicts: verdictsOf(kept), recordedNow: true };
    }
    const before = await this.event(policy.id, judged.day);
    return {
      event: before,
      verdicts: await readVerdicts(this.database, policy.id, judged.day),
      recordedNow: false,
    };
  }

  /** @throws Error when the day has not been judged */
  async event(policy: string, day: DayNumber): Promise<RecordedEvent> {
    const event = await this.store.eventById(eventIdOf(policy, day));
    if (event === undefined) throw new Error(`${localDateOf(day)} has not been judged by ${policy}`);
    return event;
  }

  /** Undefined when the day is on record already. */
  private async append(judged: JudgedDay, on: JudgedOn, eventId: string): Promise<RecordedEvent | undefined> {
    try {
      return await this.store.appending(async (transaction) => {
        const appended = await transaction.append(
          `fair-use-day-${on.policy.id}-${localDateOf(judged.day)}`,
          0,
          [
            {
              definition: dayJudged,
              data: dataOf(judged, on.policy),
              eventId,
              metadata: { actor: on.by, ...reasonOf(on) },
            },
          ],
          on.at,
        );
        const [event] = appended.events;
        if (appended.kind === 'already-appended' || event === undefined) return undefined;
        await writeJudgedDay(transaction, judged, on, eventId);
        return event;
      });
    } catch (error) {
      if (error instanceof VersionConflict) return undefined;
      throw error;
    }
  }
}

function eventIdOf(policy: string, day: DayNumber): string {
  return causedId('fair-use.day-judged', policy, localDateOf(day));
}

function reasonOf({ forced, missingSources }: { forced: boolean; missingSources: readonly string[] }) {
  return forced ? { reason: `forced; nothing past the day's end from ${missingSources.join(', ')}` } : {};
}

function dataOf(judged: JudgedDay, policy: FairUsePolicy) {
  return {
    policy: policy.id,
    policyVersion: policy.version,
    day: localDateOf(judged.day),
    accountsJudged: judged.accountsJudged.length,
    deadlineDays: policy.notice.deadlineDays,
    afterDays: policy.notice.afterDays,
    findings: judged.findings.map(({ findingId, account, plan, rule, firstDay, day, windowFrom }) => ({
      findingId,
      account,
      plan,
      rule,
      firstDay,
      lastDay: day,
      windowFrom,
    })),
  };
}
