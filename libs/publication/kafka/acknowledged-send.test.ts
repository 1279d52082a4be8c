import fc from 'fast-check';
import { sendUntilAcknowledged } from './acknowledged-send.js';

interface Sent {
  readonly partition: number;
  readonly value: number;
}

/** Answers as kafkajs does when a broker died: it resolves, and lists only the partitions that were written. */
function brokerThatLoses(lost: (round: number, partition: number) => boolean) {
  const written: Sent[] = [];
  let round = 0;
  return {
    written,
    rounds: () => round,
    send: (messages: Sent[]) => {
      round += 1;
      const partitions = [...new Set(messages.map(({ partition }) => partition))];
      const kept = partitions.filter((partition) => !lost(round, partition));
      written.push(...messages.filter(({ partition }) => kept.includes(partition)));
      return Promise.resolve(kept.map((partition) => ({ partition, errorCode: 0 })));
    },
  };
}

const messages = Array.from({ length: 12 }, (_unused, value) => ({ partition: value % 3, value }));

describe('a send is checked against its answer', () => {
  it('a plain send loses what the answer does not list, and resolves all the same', async () => {
    const broker = brokerThatLoses((round, partition) => round === 1 && partition === 1);
    await broker.send(messages);
    expect(broker.written).toHaveLength(8);
  });

  it('partitions that the answer does not list are sent again, and only they', async () => {
    const broker = brokerThatLoses((round, partition) => round === 1 && partition === 1);
    await sendUntilAcknowledged(broker.send, messages);
    expect(broker.rounds()).toBe(2);
    expect(broker.written).toHaveLength(12);
    expect(broker.written.slice(8).map(({ value }) => value)).toEqual([1, 4, 7, 10]);
  });

  it('a partition that is answered with an error counts as not written', async () => {
    let asked = 0;
    await sendUntilAcknowledged(
      () => Promise.resolve([{ partition: 0, errorCode: asked++ === 0 ? 6 : 0 }]),
      [{ partition: 0 }],
    );
    expect(asked).toBe(2);
  });

  it('is given up after five rounds, and says which partitions are missing', async () => {
    const broker = brokerThatLoses((_round, partition) => partition > 0);
    await expect(sendUntilAcknowledged(broker.send, messages)).rejects.toThrow(
      '8 of 12 messages were not acknowledged in 5 rounds (partitions 1, 2)',
    );
    expect(broker.rounds()).toBe(5);
  });

  it('whatever is lost for up to four rounds, everything arrives once and in order per partition', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(5), { minLength: 1, maxLength: 60 }),
        fc.array(fc.nat(4), { minLength: 6, maxLength: 6 }),
        async (partitions, lostRounds) => {
          const sent = partitions.map((partition, value) => ({ partition, value }));
          const broker = brokerThatLoses((round, partition) => round <= (lostRounds[partition] ?? 0));
          await sendUntilAcknowledged(broker.send, sent);
          const of = (list: Sent[], partition: number) => list.filter((one) => one.partition === partition);
          for (let partition = 0; partition < 6; partition += 1)
            expect(of(broker.written, partition)).toEqual(of(sent, partition));
        },
      ),
    ));
});
