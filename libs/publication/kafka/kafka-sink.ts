import { Kafka, type Message, type PartitionMetadata, Partitioners, type Producer, logLevel } from 'kafkajs';
import { type MessageSink, NotAcknowledged, type OutgoingMessage } from '../message-sink.js';
import { type PlacedMessage, sendUntilAcknowledged } from './acknowledged-send.js';

export interface KafkaSinkOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly clientId?: string;
  /** Shorter ones are for tests of failing. */
  readonly requestTimeoutMillis?: number;
  readonly retries?: number;
  /** For one send, whatever the client does meanwhile. */
  readonly patienceMillis?: number;
}

type Placed = Message & PlacedMessage;

interface Connection {
  readonly producer: Producer;
  readonly partitions: PartitionMetadata[];
}

const ALL_IN_SYNC_REPLICAS = -1;
const CONNECTION_TIMEOUT_MILLIS = 3_000;
const REQUEST_TIMEOUT_MILLIS = 10_000;
const FIRST_RETRY_MILLIS = 200;
const LONGEST_RETRY_MILLIS = 2_000;
const PATIENCE_MILLIS = 60_000;
/** With the pauses between them about half a minute: longer than a cluster takes to choose new leaders. */
const RETRIES = 15;

/**
 * One topic of Kafka by kafkajs. The producer is idempotent with one request in flight, so a batch is written once and in order by one
 * producer; after any failure it is replaced, since one that has sent to a deleted topic fails for ever, and its sequence numbers are
 * in doubt.
 */
export class KafkaSink implements MessageSink {
  private readonly kafka: Kafka;
  private readonly choosePartition = Partitioners.DefaultPartitioner();
  private connection: Connection | undefined;
  private closed = false;

  constructor(private readonly options: KafkaSinkOptions) {
    this.kafka = new Kafka({
      clientId: options.clientId ?? 'fairline-publisher',
      brokers: [...options.brokers],
      connectionTimeout: CONNECTION_TIMEOUT_MILLIS,
      requestTimeout: options.requestTimeoutMillis ?? REQUEST_TIMEOUT_MILLIS,
      retry: {
        retries: options.retries ?? RETRIES,
        initialRetryTime: FIRST_RETRY_MILLIS,
        maxRetryTime: LONGEST_RETRY_MILLIS,
      },
      // Retries are its own affair; what it gives up is thrown, and told by whoever follows the feed.
      logLevel: logLevel.NOTHING,
    });
  }

  async send(messages: readonly OutgoingMessage[], signal?: AbortSignal): Promise<void> {
    if (this.closed) throw new NotAcknowledged(`The sink of ${this.options.topic} is closed`);
    try {
      const deadline = AbortSignal.timeout(this.options.patienceMillis ?? PATIENCE_MILLIS);
      await abortable(
        this.sendAll(messages),
        signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      );
    } catch (error) {
      await this.giveUpConnection();
      throw this.asNotAcknowledged(error);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.giveUpConnection();
  }

  private async sendAll(messages: readonly OutgoingMessage[]): Promise<void> {
    this.connection ??= await this.connect();
    const { producer, partitions } = this.connection;
    await sendUntilAcknowledged(
      (missing) =>
        producer.send({ topic: this.options.topic, acks: ALL_IN_SYNC_REPLICAS, messages: missing }),
      messages.map((message) => this.place(message, partitions)),
    );
  }

  /** Chosen here and not by the client, so that the answer can be compared with it: murmur2 of the key, as Java's producer does. */
  private place({ key, headers, value }: OutgoingMessage, partitionMetadata: PartitionMetadata[]): Placed {
    const message = { key, headers: { ...headers }, value };
    const { topic } = this.options;
    return { ...message, partition: this.choosePartition({ topic, partitionMetadata, message }) };
  }

  private async connect(): Promise<Connection> {
    const partitions = await this.partitionsOfTopic();
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    // Closed while it connected: nobody would end this one.
    if (this.closed) {
      await producer.disconnect();
      throw new NotAcknowledged(`The sink of ${this.options.topic} is closed`);
    }
    return { producer, partitions };
  }

  private async partitionsOfTopic(): Promise<PartitionMetadata[]> {
    const { topic } = this.options;
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      if (!(await admin.listTopics()).includes(topic)) {
        throw new NotAcknowledged(
          `The topic ${topic} does not exist. Create it with "fairline kafka create-topics".`,
        );
      }
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      return topics[0]?.partitions ?? [];
    } finally {
      await admin.disconnect();
    }
  }

  private async giveUpConnection(): Promise<void> {
    const { connection } = this;
    this.connection = undefined;
    await connection?.producer.disconnect().catch(() => undefined);
  }

  private asNotAcknowledged(error: unknown): NotAcknowledged {
    if (error instanceof NotAcknowledged) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new NotAcknowledged(
      `Kafka (${this.options.brokers.join(', ')}) did not take messages of ${this.options.topic}: ${reason}`,
      { cause: error },
    );
  }
}

/** The work itself can't be cut off, but it is waited for no longer; its end, good or bad, changes nothing any more. */
async function abortable(work: Promise<void>, signal: AbortSignal): Promise<void> {
  work.catch(() => undefined);
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () =>
      reject(new NotAcknowledged('Not everything was acknowledged when it was stopped, or its time was up'));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
