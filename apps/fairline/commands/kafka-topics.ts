import type { Command } from 'commander';
import { RefusedError, refused } from '#outcome/outcome.js';
import { asWholeNumber } from '../arguments.js';
import { type Face, valueOf } from '../face.js';

const PARTITIONS = 12;

/** Below `fairline kafka`. */
export function kafkaTopicCommands(kafka: Command, face: () => Face): void {
  kafka
    .command('create-topics')
    .description(
      'Create the topics that the broker does not have; what exists stays as it is. The number of partitions is for ever: with another one an account would move to another partition, and its messages out of order.',
    )
    .option('--partitions <n>', 'of each new topic', asWholeNumber('--partitions', 1, 10_000), PARTITIONS)
    .option(
      '--replication-factor <n>',
      "of each new topic; default: the broker's",
      asWholeNumber('--replication-factor', 1, 100),
    )
    .addHelpText('after', '\nExample: KAFKA_BROKERS=kafka:9092 fairline kafka create-topics')
    .action((options: TopicOptions) => createTopicsNow(face(), options));
  kafka
    .command('async-api')
    .description('Print the AsyncAPI 3 document of all topics: their messages, as JSON.')
    .addHelpText('after', '\nExample: fairline kafka async-api > asyncapi.json')
    .action(() => printAsyncApi(face()));
}

interface TopicOptions {
  readonly partitions: number;
  readonly replicationFactor?: number;
}

async function createTopicsNow(face: Face, options: TopicOptions): Promise<void> {
  const { createTopics } = await import('#publication/kafka/topics.js');
  const { topicNames } = await import('../../topics.js');
  const brokers = face.settings().kafkaBrokers;
  if (brokers.length === 0) {
    throw new RefusedError(
      refused('invalid-setting', 'KAFKA_BROKERS is not set. Set it to a list such as kafka-1:9092.').refusal,
    );
  }
  const done = valueOf(await createTopics({ brokers, topics: topicNames, ...options }));
  await face.print({
    document: done,
    human: [
      done.created.length > 0 ? `Created: ${done.created.join(', ')}` : 'Nothing to create.',
      ...(done.existing.length > 0 ? [`There already: ${done.existing.join(', ')}`] : []),
    ].join('\n'),
  });
}

async function printAsyncApi(face: Face): Promise<void> {
  const { asyncApi } = await import('../../topics.js');
  const document = asyncApi();
  await face.print({ document, human: JSON.stringify(document, null, 2) });
}
