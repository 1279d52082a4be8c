import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Instant } from '#calendar/instant.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';
import { readPartitions } from '../partition-ledger.js';

/** A partition of a topic of call records, as whoever reads it left it. */
export interface IntakePartition {
  readonly topic: string;
  readonly partition: number;
  readonly storedBelow: number;
  /** The broker's log, as last seen. */
  readonly logStart: number | null;
  readonly highWater: number | null;
  readonly lagRecords: number | null;
  /** Business time since the latest end of a call that is stored; 0 without lag. */
  readonly lagSeconds: number | null;
  readonly batchInWork: boolean;
  readonly lastStoredAt: Instant | null;
  readonly stopped: { readonly code: string; readonly reason: string } | null;
}

export interface Intake {
  readonly partitions: readonly IntakePartition[];
  readonly lagRecords: number;
  readonly lagSeconds: number;
  readonly stopped: number;
}

/** How far the intake from Kafka has come: of one topic, or of all that were ever read. */
export class ShowIntake extends Query<Intake> {
  constructor(readonly topic?: string) {
    super();
  }
}

@QueryHandler(ShowIntake)
export class ShowIntakeHandler implements IQueryHandler<ShowIntake> {
  constructor(
    private readonly database: Database,
    private readonly clock: BusinessClock,
  ) {}

  async execute({ topic }: ShowIntake): Promise<Intake> {
    const now = await this.clock.now();
    const topics = topic === undefined ? await this.topics() : [topic];
    const partitions: IntakePartition[] = [];
    for (const one of topics) {
      for (const state of await readPartitions(this.database, one)) {
        const lag = state.highWater === null ? null : Math.max(0, state.highWater - state.lowWater);
        partitions.push({
          topic: one,
          partition: state.partition,
          storedBelow: state.lowWater,
          logStart: state.logStart,
          highWater: state.highWater,
          lagRecords: lag,
          lagSeconds: lagSeconds(lag, state.eventTime, now),
          batchInWork: state.pinnedTo !== undefined,
          lastStoredAt: state.movedAt,
          stopped: state.stopped ?? null,
        });
      }
    }
    return {
      partitions,
      lagRecords: partitions.reduce((sum, one) => sum + (one.lagRecords ?? 0), 0),
      lagSeconds: partitions.reduce((most, one) => Math.max(most, one.lagSeconds ?? 0), 0),
      stopped: partitions.filter((one) => one.stopped !== null).length,
    };
  }

  private async topics(): Promise<string[]> {
    const rows = await this.database.query<{ topic: string }>(
      'SELECT DISTINCT topic FROM ingest.kafka_partition ORDER BY topic',
    );
    return rows.map((row) => row.topic);
  }
}

function lagSeconds(lag: number | null, eventTime: Instant | null, now: Instant): number | null {
  if (lag === 0) return 0;
  return lag === null || eventTime === null ? null : Math.max(0, Math.round((now - eventTime) / 1000));
}
