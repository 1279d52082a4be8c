import kafkajs, {
  type Admin,
  type Consumer,
  type EachBatchPayload,
  type Kafka,
  type KafkaMessage,
} from 'kafkajs';
import {
  CallRecordSource,
  type RecordSink,
  type SourceBatch,
  type SourceRecord,
  type Watermarks,
} from './call-record-source.js';
import { registerCodecs } from './codecs.js';

export interface KafkaSourceOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  /** Instances of one group share the partitions. */
  readonly group: string;
  readonly clientId?: string;
}

/** The broker's own limit is 6 s: a killed instance is missed after that long (kafka-broker notes: 30 s by default). */
const SESSION_MILLIS = 6_000;
const HEARTBEAT_MILLIS = 1_000;
/** How long the others wait for an instance that is busy when the group is dealt anew. */
const REBALANCE_MILLIS = 20_000;
/** Bounds memory: kafkajs holds one answer of each broker, this much of each partition (compressed). */
const BYTES_PER_PARTITION = 262_144;
const FETCH_BYTES = 4 << 20;
/** An idle consumer leaves only when its fetch in flight has ended. */
const FETCH_WAIT_MILLIS = 250;

const RETRY = { initialRetryTime: 300, maxRetryTime: 5_000, retries: 5 };

/** The source over kafkajs: `eachBatch`, offsets of ours, no commits but as a hint. */
export class KafkaJsSource extends CallRecordSource {
  readonly topic: string;
  private readonly kafka: Kafka;
  private consumer: Consumer | undefined;
  private admin: Admin | undefined;
  private readonly paused = new Set<number>();
  private readonly abort = new AbortController();
  private hints = new Map<number, number>();
  private hinting: Promise<void> | undefined;

  constructor(private readonly options: KafkaSourceOptions) {
    super();
    registerCodecs();
    this.topic = options.topic;
    this.kafka = new kafkajs.Kafka({
      brokers: [...options.brokers],
      clientId: options.clientId ?? 'fairline-ingest',
      logLevel: kafkajs.logLevel.NOTHING,
      connectionTimeout: 3_000,
      retry: RETRY,
    });
  }

  async start(sink: RecordSink): Promise<void> {
    await this.consumer?.disconnect().catch(() => undefined);
    const consumer = this.kafka.consumer({
      groupId: this.options.group,
      sessionTimeout: SESSION_MILLIS,
      heartbeatInterval: HEARTBEAT_MILLIS,
      rebalanceTimeout: REBALANCE_MILLIS,
      maxBytesPerPartition: BYTES_PER_PARTITION,
      maxBytes: FETCH_BYTES,
      maxWaitTimeInMs: FETCH_WAIT_MILLIS,
      allowAutoTopicCreation: false,
      retry: RETRY,
    });
    this.consumer = consumer;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      sink.assigned(payload.memberAssignment[this.topic] ?? []);
    });
    consumer.on(consumer.events.REBALANCING, () => sink.revoked());
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      sink.revoked();
      if (restart || this.abort.signal.aborted) sink.troubled(error);
      else sink.failed(withRemedy(error));
    });
    await consumer.connect();
    await consumer.subscribe({ topic: this.topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: (payload) => this.deliver(sink, payload),
    });
  }

  seek(partition: number, offset: number): void {
    this.consumer?.seek({ topic: this.topic, partition, offset: String(offset) });
  }

  pause(partition: number): void {
    this.paused.add(partition);
    this.consumer?.pause([{ topic: this.topic, partitions: [partition] }]);
  }

  resume(partition: number): void {
    if (this.paused.delete(partition))
      this.consumer?.resume([{ topic: this.topic, partitions: [partition] }]);
  }

  async watermarks(): Promise<ReadonlyMap<number, Watermarks>> {
    if (this.admin === undefined) {
      const admin = this.kafka.admin();
      await admin.connect();
      this.admin = admin;
    }
    const offsets = await this.admin.fetchTopicOffsets(this.topic);
    return new Map(
      offsets.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]),
    );
  }

  acknowledge(partition: number, nextOffset: number): void {
    this.hints.set(partition, nextOffset);
    this.hinting ??= this.sendHints();
  }

  private async sendHints(): Promise<void> {
    while (this.hints.size > 0) {
      const offsets = [...this.hints].map(([partition, offset]) => ({
        topic: this.topic,
        partition,
        offset: String(offset),
      }));
      this.hints = new Map();
      // A partition that is no longer ours, or a coordinator that is away: the offsets that matter are in PostgreSQL.
      await this.consumer?.commitOffsets(offsets).catch(() => undefined);
    }
    this.hinting = undefined;
  }

  async stop(): Promise<void> {
    this.abort.abort();
    await this.hinting;
    await this.consumer?.disconnect().catch(() => undefined);
    await this.admin?.disconnect().catch(() => undefined);
  }

  /** While the sink makes us wait, the group must hear from us; if it is dealt anew meanwhile, the batch is given up. */
  private async deliver(
    sink: RecordSink,
    { batch, heartbeat, isStale, isRunning }: EachBatchPayload,
  ): Promise<void> {
    if (isStale() || !isRunning()) return;
    const giveUp = new AbortController();
    const onStop = () => giveUp.abort();
    this.abort.signal.addEventListener('abort', onStop, { once: true });
    let lost: unknown;
    const beat = setInterval(() => {
      heartbeat().catch((error: unknown) => {
        lost = error;
        giveUp.abort();
      });
    }, HEARTBEAT_MILLIS);
    try {
      await sink.records(sourceBatchOf(batch), giveUp.signal);
    } finally {
      clearInterval(beat);
      this.abort.signal.removeEventListener('abort', onStop);
    }
    if (lost !== undefined) throw lost as Error;
    await heartbeat();
  }
}

function sourceBatchOf(batch: EachBatchPayload['batch']): SourceBatch {
  return {
    partition: batch.partition,
    records: batch.messages.map(sourceRecordOf),
    fetchedFrom: fetchedFrom(batch),
    nextOffset: Number(batch.lastOffset()) + 1,
    highWater: Number(batch.highWatermark),
  };
}

/** kafkajs has it and does not declare it. Without it no gap could be told from a jump, so its absence is an error. */
function fetchedFrom(batch: EachBatchPayload['batch']): number {
  const offset: unknown = Reflect.get(batch, 'fetchedOffset');
  if (typeof offset !== 'string' && typeof offset !== 'number')
    throw new Error(
      'kafkajs does not tell from which offset a batch was fetched; this version can not be used',
    );
  return Number(offset);
}

function sourceRecordOf({ offset, value, headers, timestamp }: KafkaMessage): SourceRecord {
  return { offset: Number(offset), value, headers: lastOfEach(headers), timestamp: Number(timestamp) };
}

const NO_HEADERS: Readonly<Record<string, Buffer>> = {};

function lastOfEach(headers: KafkaMessage['headers']): Readonly<Record<string, Buffer>> {
  let found: Record<string, Buffer> | undefined;
  for (const name in headers) {
    const value = headers[name];
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last === undefined) continue;
    found ??= {};
    found[name] = typeof last === 'string' ? Buffer.from(last) : last;
  }
  return found ?? NO_HEADERS;
}

function withRemedy(error: Error): Error {
  if (error.name !== 'KafkaJSNotImplemented') return error;
  return new Error(
    `A producer compresses in a way that is not understood (${error.message}). Known are gzip, lz4, snappy and zstd; set the producer to one of them, or the topic's compression.type.`,
  );
}
