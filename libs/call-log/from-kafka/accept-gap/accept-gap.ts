import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '#event-store/event-store.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';
import { PartitionMoved, movePartition } from '../move-partition.js';
import { readPartitions } from '../partition-ledger.js';

export interface GapToAccept {
  readonly topic: string;
  readonly partition: number;
  /** Where reading goes on: the first offset that the broker still has, 0 of a topic that was made anew. */
  readonly from: number;
  readonly reason: string;
  readonly by: string;
}

/** Lets a partition go on that stopped because its log is not what was read before. What lies in the gap is not in the log of calls. */
export class AcceptGap extends Command<Outcome<{ readonly storedBelow: number; readonly from: number }>> {
  constructor(readonly gap: GapToAccept) {
    super();
  }
}

@CommandHandler(AcceptGap)
export class AcceptGapHandler implements ICommandHandler<AcceptGap> {
  constructor(
    private readonly database: Database,
    private readonly store: EventStore,
    private readonly clock: BusinessClock,
  ) {}

  async execute({ gap }: AcceptGap): Promise<Outcome<{ storedBelow: number; from: number }>> {
    const { topic, partition, from, reason, by } = gap;
    const states = await readPartitions(this.database, topic);
    const state = states.find((one) => one.partition === partition);
    if (state === undefined)
      return refused(
        'unknown-partition',
        `${topic}/${partition} was never read. "fairline kafka status" lists what was.`,
      );
    const { stopped, lowWater, epoch } = state;
    if (stopped === undefined)
      return refused('not-stopped', `${topic}/${partition} is not stopped; there is no gap to accept.`);
    if (stopped.code === 'truncated' && from <= lowWater)
      return refused(
        'no-gap',
        `Everything below ${lowWater} of ${topic}/${partition} is stored already; give the first offset that the broker still has.`,
      );
    try {
      const moved = await movePartition(this.store, {
        type: 'intake.gap-accepted',
        topic,
        partition,
        epoch,
        from,
        reason,
        code: stopped.code,
        storedBelow: lowWater,
        countedFrom: from,
        at: await this.clock.now(),
        metadata: { actor: by },
      });
      return moved.ok ? accepted({ storedBelow: lowWater, from }) : moved;
    } catch (error) {
      if (!(error instanceof PartitionMoved)) throw error;
      return refused(
        'moved',
        `${topic}/${partition} was moved in the same moment; look at its status again.`,
      );
    }
  }
}
