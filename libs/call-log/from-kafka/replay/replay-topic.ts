import { setTimeout as sleep } from 'node:timers/promises';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '#event-store/event-store.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';
import { PartitionMoved, movePartition } from '../move-partition.js';
import { type PartitionState, readPartitions } from '../partition-ledger.js';

export interface Replay {
  readonly topic: string;
  readonly reason: string;
  readonly by: string;
}

/**
 * Has every partition of a topic read again from where its log begins. What was read before is recognised: calls are duplicates, records in quarantine
 * are there once, nothing is counted as read twice.
 */
export class ReplayTopic extends Command<Outcome<{ readonly partitions: number }>> {
  constructor(readonly replay: Replay) {
    super();
  }
}

const ATTEMPTS = 50;
const PAUSE_MILLIS = 100;

@CommandHandler(ReplayTopic)
export class ReplayTopicHandler implements ICommandHandler<ReplayTopic> {
  constructor(
    private readonly database: Database,
    private readonly store: EventStore,
    private readonly clock: BusinessClock,
  ) {}

  async execute({ replay }: ReplayTopic): Promise<Outcome<{ partitions: number }>> {
    const states = await readPartitions(this.database, replay.topic);
    if (states.length === 0)
      return refused('unknown-topic', `${replay.topic} was never read; there is nothing to read again.`);
    const stopped = states.find((state) => state.stopped !== undefined);
    if (stopped !== undefined)
      return refused(
        'partition-stopped',
        `${replay.topic}/${stopped.partition} stands still: ${stopped.stopped?.reason ?? ''} Decide on that first.`,
      );
    for (const { partition } of states) {
      const moved = await this.move(replay, partition);
      if (!moved.ok) return moved;
    }
    return accepted({ partitions: states.length });
  }

  /** Between two batches: one in work is finished first, since it counts what it read. */
  private async move(replay: Replay, partition: number): Promise<Outcome<unknown>> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const states = await readPartitions(this.database, replay.topic);
      const state = states.find((one) => one.partition === partition);
      if (state === undefined) break;
      try {
        return await this.moveFrom(replay, state);
      } catch (error) {
        if (!(error instanceof PartitionMoved)) throw error;
        await sleep(PAUSE_MILLIS);
      }
    }
    return refused(
      'batch-in-work',
      `A batch of ${replay.topic}/${partition} is in work and does not end. See that the intake runs until it is idle, and give the command again.`,
    );
  }

  private async moveFrom({ topic, reason, by }: Replay, state: PartitionState): Promise<Outcome<unknown>> {
    return movePartition(this.store, {
      type: 'intake.replay-started',
      topic,
      partition: state.partition,
      epoch: state.epoch,
      storedBelow: state.lowWater,
      from: Math.min(state.logStart ?? 0, state.lowWater),
      countedFrom: Math.max(state.countedFrom, state.lowWater),
      reason,
      at: await this.clock.now(),
      metadata: { actor: by },
    });
  }
}
