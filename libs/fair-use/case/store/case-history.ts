import type { RecordedEvent } from '#event-store/event.js';
import { type CaseEvent, caseEventSchemas } from '../domain/case-event.js';
import { type Case, evolveCase } from '../domain/case-state.js';

/** A recorded event of a case, read as what it is. @throws Error when it is of another stream */
export function asCaseEvent(event: RecordedEvent): CaseEvent {
  if (!isCaseEventType(event.type)) {
    throw new Error(`${event.streamId} holds ${event.type}, which is no event of a case`);
  }
  // The store has checked the data against the schema of this type; the pair is only put together again.
  return { type: event.type, data: event.data } as CaseEvent;
}

function isCaseEventType(type: string): type is CaseEvent['type'] {
  return Object.hasOwn(caseEventSchemas, type);
}

/** @throws Error for an empty history: a case begins with its opening */
export function foldCase(events: readonly RecordedEvent[]): Case {
  const state = events.reduce<Case | null>((case_, event) => evolveCase(case_, asCaseEvent(event)), null);
  if (state === null) throw new Error('A case without events was asked for');
  return state;
}
