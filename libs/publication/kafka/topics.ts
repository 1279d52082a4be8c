import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { type Outcome, RefusedError, accepted, refused } from '#outcome/outcome.js';

export interface TopicsWanted {
  readonly brokers: readonly string[];
  readonly topics: readonly string[];
}

export interface CreatedTopics {
  readonly created: readonly string[];
  readonly existing: readonly string[];
}

const CONNECTION_TIMEOUT_MILLIS = 3_000;
const RETRIES = 3;
const LOOKS = 50;
const LOOK_MILLIS = 100;
/** The broker's own default. */
const AS_CONFIGURED = -1;

/** Of the wanted topics those that the broker does not have. @throws RefusedError `service-unreachable` */
export async function missingTopics({ brokers, topics }: TopicsWanted): Promise<string[]> {
  return withAdmin(brokers, async (admin) => {
    const present = new Set(await admin.listTopics());
    return topics.filter((topic) => !present.has(topic));
  });
}

/**
 * Creates what is missing and leaves what exists as it is. The number of partitions is for ever: another one would send an account's
 * later messages to another partition than its earlier ones.
 * @returns refused when the broker refuses, as for more replicas than it has nodes
 * @throws RefusedError `service-unreachable`
 */
export async function createTopics(
  wanted: TopicsWanted & { readonly partitions: number; readonly replicationFactor?: number },
): Promise<Outcome<CreatedTopics>> {
  return withAdmin(wanted.brokers, async (admin) => {
    const present = new Set(await admin.listTopics());
    const missing = wanted.topics.filter((topic) => !present.has(topic));
    if (missing.length > 0) {
      try {
        await admin.createTopics({
          waitForLeaders: true,
          topics: missing.map((topic) => ({
            topic,
            numPartitions: wanted.partitions,
            replicationFactor: wanted.replicationFactor ?? AS_CONFIGURED,
          })),
        });
        await untilListed(admin, missing);
      } catch (error) {
        return refused('topics-refused', `Kafka did not create ${missing.join(', ')}: ${reasonsOf(error)}.`);
      }
    }
    return accepted({ created: missing, existing: wanted.topics.filter((topic) => present.has(topic)) });
  });
}

/** A broker answers that it made a topic, and may still list the topics without it for a moment. */
async function untilListed(admin: Admin, topics: readonly string[]): Promise<void> {
  for (let look = 1; look <= LOOKS; look += 1) {
    const present = new Set(await admin.listTopics());
    if (topics.every((topic) => present.has(topic))) return;
    await sleep(LOOK_MILLIS);
  }
}

async function withAdmin<T>(brokers: readonly string[], work: (admin: Admin) => Promise<T>): Promise<T> {
  const kafka = new Kafka({
    clientId: 'fairline-topics',
    brokers: [...brokers],
    connectionTimeout: CONNECTION_TIMEOUT_MILLIS,
    retry: { retries: RETRIES },
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
  } catch (error) {
    throw new RefusedError(
      refused(
        'service-unreachable',
        `Kafka at ${brokers.join(', ')} does not answer (${reasonsOf(error)}). Start it, or correct KAFKA_BROKERS.`,
      ).refusal,
    );
  }
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

function reasonsOf(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonsOf))].join('; ');
  return error instanceof Error ? error.message : String(error);
}
