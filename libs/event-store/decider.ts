import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from '#calendar/instant.js';
import { type Outcome, accepted } from '#outcome/outcome.js';
import { causedId } from '#platform/identity/ids.js';
import type { EventDefinition, EventMetadata, RecordedEvent } from './event.js';
import { type AppendingTransaction, type EventStore, VersionConflict } from './event-store.js';

export interface DecidedEvent {
  readonly type: string;
  readonly data: unknown;
}

/** Three pure functions: what a stream means, and what a command makes of it. */
export interface Decider<State, Command, Event extends DecidedEvent> {
  readonly initialState: State;
  decide(command: Command, state: State): Outcome<Event[]>;
  evolve(state: State, event: Event): State;
}

export interface Execution<State, Command, Event extends DecidedEvent> {
  readonly streamId: string;
  readonly decider: Decider<State, Command, Event>;
  readonly command: Command;
  readonly definitions: readonly EventDefinition[];
  /** Business clock. */
  readonly at: Instant;
  readonly metadata?: EventMetadata;
  /** What caused the command, for process managers: the event ids follow from it, so a repeat after a crash changes nothing. */
  readonly cause?: readonly (string | number)[];
  /** Writes coordinator rows in the transaction of the events: an inline read model. */
  readonly alongside?: (
    transaction: AppendingTransaction,
    events: readonly RecordedEvent[],
    states: { readonly before: State; readonly after: State },
  ) => Promise<void>;
}

export interface Executed<State> {
  readonly state: State;
  /** Empty when the decision was that nothing happens. */
  readonly events: readonly RecordedEvent[];
  /** The command had been carried out before. */
  readonly repeated: boolean;
}

const MAXIMUM_ATTEMPTS = 3;

/**
 * Loads a stream, decides and appends what was decided. When somebody else decided in between, the decision is made again on what is
 * there now, three times at most.
 * @returns the refusal of the decider, or what happened
 * @throws VersionConflict when the third attempt meets a conflict too
 */
export async function execute<State, Command, Event extends DecidedEvent>(
  store: EventStore,
  execution: Execution<State, Command, Event>,
): Promise<Outcome<Executed<State>>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await store.appending((transaction) => decideAndAppend(store, transaction, execution));
    } catch (error) {
      if (!(error instanceof VersionConflict) || attempt >= MAXIMUM_ATTEMPTS) throw error;
      await sleep(Math.random() * 20 * attempt);
    }
  }
}

async function decideAndAppend<State, Command, Event extends DecidedEvent>(
  store: EventStore,
  transaction: AppendingTransaction,
  execution: Execution<State, Command, Event>,
): Promise<Outcome<Executed<State>>> {
  const { decider, streamId } = execution;
  const history = await store.readStream(streamId, transaction);
  const before = fold(decider, history);
  const firstId = idOf(execution, 0);
  if (firstId !== undefined && (await store.eventById(firstId, transaction)) !== undefined) {
    return repeatOf(store, transaction, execution);
  }
  const decided = decider.decide(execution.command, before);
  if (!decided.ok) return decided;
  if (decided.value.length === 0) return accepted({ state: before, events: [], repeated: false });
  const appended = await transaction.append(
    streamId,
    history.length,
    decided.value.map((event, index) => toAppend(execution, event, index)),
    execution.at,
  );
  if (appended.kind === 'already-appended') return repeatOf(store, transaction, execution);
  const after = decided.value.reduce((state, event) => decider.evolve(state, event), before);
  await execution.alongside?.(transaction, appended.events, { before, after });
  return accepted({ state: after, events: appended.events, repeated: false });
}

/** Another one of us was faster with the same cause, perhaps after the stream was read here: what it wrote stands, and is read again. */
async function repeatOf<State, Command, Event extends DecidedEvent>(
  store: EventStore,
  transaction: AppendingTransaction,
  { decider, streamId }: Execution<State, Command, Event>,
): Promise<Outcome<Executed<State>>> {
  const history = await store.readStream(streamId, transaction);
  return accepted({ state: fold(decider, history), events: [], repeated: true });
}

function fold<State, Command, Event extends DecidedEvent>(
  decider: Decider<State, Command, Event>,
  history: readonly RecordedEvent[],
): State {
  return history.reduce(
    (state, event) => decider.evolve(state, event as unknown as Event),
    decider.initialState,
  );
}

function toAppend<State, Command, Event extends DecidedEvent>(
  execution: Execution<State, Command, Event>,
  event: Event,
  index: number,
) {
  const definition = execution.definitions.find((candidate) => candidate.type === event.type);
  if (definition === undefined)
    throw new Error(`${event.type} was decided, but ${execution.streamId} has no definition of it`);
  const eventId = idOf(execution, index);
  return {
    definition,
    data: event.data,
    ...(eventId === undefined ? {} : { eventId }),
    ...(execution.metadata === undefined ? {} : { metadata: execution.metadata }),
  };
}

function idOf(execution: { cause?: readonly (string | number)[] }, index: number): string | undefined {
  return execution.cause === undefined ? undefined : causedId('event', ...execution.cause, index);
}
