import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin, Kafka, logLevel } from 'kafkajs';

export interface ReceivedMessage {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
}

const PATIENCE_MILLIS = 60_000;
const LOOKS = 20;

/** Everything that lies in a topic now, in the order of each partition. */
export async function readTopic(brokers: readonly string[], topic: string): Promise<ReceivedMessage[]> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await offsetsOf(admin, topic);
  await admin.disconnect();
  const missing = new Map(
    offsets.filter(({ high }) => high !== '0').map(({ partition, high }) => [partition, Number(high)]),
  );
  const received: ReceivedMessage[] = [];
  if (missing.size === 0) return received;
  const consumer = kafka.consumer({ groupId: `read-${randomUUID()}`, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${topic} was not read to its end`)), PATIENCE_MILLIS);
    const running = consumer.run({
      eachBatch: ({ batch }) => {
        for (const { offset, key, headers, value } of batch.messages) {
          received.push({
            partition: batch.partition,
            offset: Number(offset),
            key: key?.toString() ?? '',
            headers: Object.fromEntries(
              Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]),
            ),
            value: value?.toString() ?? '',
          });
        }
        if (Number(batch.lastOffset()) + 1 >= (missing.get(batch.partition) ?? 0))
          missing.delete(batch.partition);
        if (missing.size === 0) {
          clearTimeout(timer);
          resolve();
        }
        return Promise.resolve();
      },
    });
    running.catch(reject);
  });
  await consumer.disconnect();
  return received;
}

/** Right after a topic was made, or a broker came back, a partition's leader may not know it yet. */
async function offsetsOf(admin: Admin, topic: string): Promise<{ partition: number; high: string }[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await admin.fetchTopicOffsets(topic);
    } catch (error) {
      if (attempt === LOOKS) throw error;
      await sleep(100 * attempt);
    }
  }
}

/** What a receiver is told to do: keep the first of each id. */
export function withoutRepeats(messages: readonly ReceivedMessage[]): ReceivedMessage[] {
  const seen = new Set<string>();
  return messages.filter(({ headers }) => {
    const id = headers['ce_id'] ?? '';
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

/** The ids of each key in the order of receipt. */
export function idsByKey(
  messages: readonly Pick<ReceivedMessage, 'key' | 'headers'>[],
): Map<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const { key, headers } of messages) {
    const list = ids.get(key) ?? [];
    list.push(headers['ce_id'] ?? '');
    ids.set(key, list);
  }
  return ids;
}
