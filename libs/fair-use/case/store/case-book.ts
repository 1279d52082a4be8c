import { Injectable } from '@nestjs/common';
import { type Executed, execute } from '#event-store/decider.js';
import type { RecordedEvent } from '#event-store/event.js';
import { type AppendingTransaction, EventStore } from '#event-store/event-store.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { sqlStateOf } from '#platform/database/database.js';
import { caseEvents } from '../../events/events.js';
import { caseDecider, caseStreamOf } from '../domain/case.js';
import type { CaseCommand } from '../domain/case-command.js';
import type { CaseEvent } from '../domain/case-event.js';
import type { Case, CaseState, CaseStatus } from '../domain/case-state.js';
import { caseFileOf, writeCaseException, writeCaseFile, writeCaseFinding } from './case-file.js';
import { asCaseEvent } from './case-history.js';

/** What a command did to a case. */
export interface CaseDecision {
  readonly caseId: string;
  readonly status: CaseStatus;
  /** False: everything was so already, or the same command had been carried out before. */
  readonly changed: boolean;
}

/** Who asks, and for processes what makes them ask: the same cause a second time changes nothing. */
export interface Asked {
  readonly by: string;
  readonly causationId?: string;
  readonly cause?: readonly (string | number)[];
  /** Coordinator rows that belong to the decision, written with it. */
  readonly alongside?: (transaction: AppendingTransaction) => Promise<void>;
}

const UNIQUE_VIOLATION = '23505';

/** Where cases are decided: events and read model in one transaction. */
@Injectable()
export class CaseBook {
  constructor(
    private readonly store: EventStore,
    private readonly clock: BusinessClock,
  ) {}

  /**
   * Carries out one command.
   * @returns the refusals of the decider, and `case-open` when an account that has a case is to get another
   */
  async decide(caseId: string, command: CaseCommand, asked: Asked): Promise<Outcome<CaseDecision>> {
    try {
      const executed = await execute<CaseState, CaseCommand, CaseEvent>(this.store, {
        streamId: caseStreamOf(caseId),
        decider: caseDecider,
        command,
        definitions: caseEvents,
        at: await this.clock.now(),
        metadata: {
          actor: asked.by,
          correlationId: caseId,
          ...(asked.causationId === undefined ? {} : { causationId: asked.causationId }),
        },
        ...(asked.cause === undefined ? {} : { cause: asked.cause }),
        alongside: async (transaction, events, { after }) => {
          await writeReadModel(transaction, events, after);
          await asked.alongside?.(transaction);
        },
      });
      if (executed.ok) return decisionOf(caseId, executed.value);
      return executed.refusal.code === 'no-such-case' ? noSuchCase(caseId) : executed;
    } catch (error) {
      if (command.type !== 'open-case' || sqlStateOf(error) !== UNIQUE_VIOLATION) throw error;
      return refused('case-open', `Account ${command.account} has an open case; findings are added to that.`);
    }
  }
}

async function writeReadModel(
  transaction: AppendingTransaction,
  events: readonly RecordedEvent[],
  after: CaseState,
): Promise<void> {
  const last = events.at(-1);
  if (after === null || last === undefined) return;
  await writeCaseFile(
    transaction,
    caseFileOf(after, { streamVersion: last.streamVersion, position: last.position }),
  );
  await writeCaseParts(transaction, after, events);
}

/** The rows of a case that events add and nothing changes. */
export async function writeCaseParts(
  transaction: Pick<AppendingTransaction, 'query'>,
  the: Case,
  events: readonly RecordedEvent[],
): Promise<void> {
  for (const recorded of events) {
    const event = asCaseEvent(recorded);
    if (event.type === 'case.finding-added') await writeCaseFinding(transaction, the.id, event.data);
    if (event.type === 'case.exception-granted') {
      await writeCaseException(transaction, recorded.eventId, event.data);
    }
  }
}

export function noSuchCase(caseId: string): Outcome<never> {
  return refused('no-such-case', `There is no case ${caseId}; list the cases to find the right one.`);
}

function decisionOf(caseId: string, executed: Executed<CaseState>): Outcome<CaseDecision> {
  if (executed.state === null) throw new Error(`Case ${caseId} was decided and has no state`);
  return accepted({ caseId, status: executed.state.status, changed: executed.events.length > 0 });
}
