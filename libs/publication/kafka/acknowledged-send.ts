import type { RecordMetadata } from 'kafkajs';
import { NotAcknowledged } from '../message-sink.js';

/** A message with the partition that it must go to. */
export interface PlacedMessage {
  readonly partition: number;
}

const ROUNDS = 5;

/**
 * Sends until the broker has acknowledged every partition that was sent to. The client resolves although partitions of a dying
 * broker were never written (tulios/kafkajs#1303): it does not ask a broker again that has answered once, also when that one has become
 * the leader of further partitions meanwhile. Its answer just lists fewer partitions than were sent; those are sent again.
 *
 * All messages of a partition are in one request, and the next round begins when this one has ended: within a partition the order holds.
 * @throws NotAcknowledged after five rounds; whatever `send` throws
 */
export async function sendUntilAcknowledged<Message extends PlacedMessage>(
  send: (messages: Message[]) => Promise<readonly Pick<RecordMetadata, 'partition' | 'errorCode'>[]>,
  messages: readonly Message[],
): Promise<void> {
  let missing = [...messages];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const answer = await send(missing);
    const written = new Set(
      answer.filter(({ errorCode }) => errorCode === 0).map(({ partition }) => partition),
    );
    missing = missing.filter(({ partition }) => !written.has(partition));
    if (missing.length === 0) return;
  }
  const partitions = [...new Set(missing.map(({ partition }) => partition))].toSorted((a, b) => a - b);
  throw new NotAcknowledged(
    `${missing.length} of ${messages.length} messages were not acknowledged in ${ROUNDS} rounds (partitions ${partitions.join(', ')})`,
  );
}
