import { Injectable } from '@nestjs/common';
import { execute } from '#event-store/decider.js';
import type { RecordedEvent } from '#event-store/event.js';
import { type AppendingTransaction, EventStore } from '#event-store/event-store.js';
import { type Outcome, accepted } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { noticesEvents } from '../events/events.js';
import { noticeDecider, noticeStreamOf } from '../domain/notice.js';
import type { NoticeCommand } from '../domain/notice-command.js';
import type { NoticeEvent } from '../domain/notice-event.js';
import type { Notice, NoticeState, NoticeStatus } from '../domain/notice-state.js';
import { noticeFileOf, writeNoticeFile } from './notice-file.js';

/** What a command did to a notice. */
export interface NoticeDecision {
  readonly noticeId: string;
  readonly status: NoticeStatus;
  readonly notice: Notice;
  /** False: everything was so already, or the same command had been carried out before. */
  readonly changed: boolean;
}

/** Who asks, and for processes what makes them ask: the same cause a second time changes nothing. */
export interface Asked {
  readonly by: string;
  readonly causationId?: string;
  readonly cause?: readonly (string | number)[];
  /** Coordinator rows that belong to the decision, written with it. */
  readonly alongside?: (transaction: AppendingTransaction, events: readonly RecordedEvent[]) => Promise<void>;
}

/** Where notices are decided: events and read model in one transaction. */
@Injectable()
export class NoticeBook {
  constructor(
    private readonly store: EventStore,
    private readonly clock: BusinessClock,
  ) {}

  /** Carries out one command. @returns the refusals of the decider */
  async decide(noticeId: string, command: NoticeCommand, asked: Asked): Promise<Outcome<NoticeDecision>> {
    const streamId = noticeStreamOf(noticeId);
    const executed = await execute<NoticeState, NoticeCommand, NoticeEvent>(this.store, {
      streamId,
      decider: noticeDecider,
      command,
      definitions: noticesEvents,
      at: await this.clock.now(),
      metadata: {
        actor: asked.by,
        ...(asked.causationId === undefined ? {} : { causationId: asked.causationId }),
      },
      ...(asked.cause === undefined ? {} : { cause: asked.cause }),
      alongside: async (transaction, events) => {
        await writeNoticeFile(transaction, noticeFileOf(await this.store.readStream(streamId, transaction)));
        await asked.alongside?.(transaction, events);
      },
    });
    if (!executed.ok) return executed;
    const { state, events } = executed.value;
    if (state === null) throw new Error(`Notice ${noticeId} was decided and has no state`);
    return accepted({ noticeId, status: state.status, notice: state, changed: events.length > 0 });
  }
}
