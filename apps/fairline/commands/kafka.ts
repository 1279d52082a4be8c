import type { Command } from 'commander';
import type { Intake } from '#call-log/from-kafka/show-intake/show-intake.js';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { asWholeNumber, whoActs } from '../arguments.js';
import { type Face, valueOf } from '../face.js';
import { counted, table, withSeparators } from '../table.js';
import { kafkaTopicCommands } from './kafka-topics.js';

export function kafkaCommands(program: Command, face: () => Face): void {
  const kafka = program
    .command('kafka')
    .description('The intake of call records from Kafka, and the topics that Fairline reads and writes.');
  kafkaTopicCommands(kafka, face);
  kafka
    .command('status')
    .description(
      'Show how far each partition has come, its lag in records and in seconds, and what stands still.',
    )
    .addHelpText('after', '\nExample: fairline kafka status --json')
    .action(() => status(face()));
  kafka
    .command('accept-gap')
    .description(
      'Let a partition go on whose log was cut off or made anew. What lies in the gap is not in the log of calls; the decision is on the audit trail.',
    )
    .argument('<partition>', 'the number of the partition', asWholeNumber('PARTITION', 0, 1_000_000))
    .requiredOption(
      '--from <offset>',
      'where reading goes on',
      asWholeNumber('--from', 0, Number.MAX_SAFE_INTEGER),
    )
    .requiredOption('--reason <text>', 'why this is right')
    .option('--by <person>', 'who decides; default the login')
    .addHelpText(
      'after',
      '\nExample: fairline kafka accept-gap 3 --from 15000 --reason "the calls came by file"',
    )
    .action((partition: number, options: { from: number; reason: string; by?: string }) =>
      acceptGap(face(), partition, options),
    );
  kafka
    .command('replay')
    .description(
      'Read the whole topic again. What was read before is recognised, so no call and no amount changes.',
    )
    .requiredOption('--reason <text>', 'why')
    .option('--by <person>', 'who decides; default the login')
    .addHelpText('after', '\nExample: fairline kafka replay --reason "proof after the restore"')
    .action((options: { reason: string; by?: string }) => replay(face(), options));
}

async function status(face: Face): Promise<void> {
  const { ShowIntake } = await import('#call-log/from-kafka/show-intake/show-intake.js');
  const intake = await face.withProgram((program) => program.queries.execute(new ShowIntake()));
  await face.print({ document: documentOf(intake), human: inWords(intake) });
}

function documentOf(intake: Intake) {
  return {
    ...intake,
    partitions: intake.partitions.map((one) => ({
      ...one,
      lastStoredAt: one.lastStoredAt === null ? null : AMSTERDAM.format(one.lastStoredAt),
    })),
  };
}

function inWords({ partitions }: Intake): string {
  if (partitions.length === 0)
    return 'Nothing was read from Kafka yet. Set KAFKA_BROKERS and start the ingest service or "fairline start".';
  const rows = partitions.map((one) => [
    `${one.topic}/${one.partition}`,
    withSeparators(one.storedBelow),
    one.lagRecords === null ? '' : withSeparators(one.lagRecords),
    one.lagSeconds === null ? '' : withSeparators(one.lagSeconds),
    one.stopped === null ? '' : `stands still (${one.stopped.code})`,
  ]);
  return [
    table(
      [
        { title: 'partition' },
        { title: 'stored below', align: 'right' },
        { title: 'lag', align: 'right' },
        { title: 'lag seconds', align: 'right' },
        { title: '' },
      ],
      rows,
    ),
    ...partitions.flatMap((one) => (one.stopped === null ? [] : [`${one.topic}: ${one.stopped.reason}`])),
  ].join('\n');
}

async function acceptGap(
  face: Face,
  partition: number,
  { from, reason, by }: { from: number; reason: string; by?: string },
): Promise<void> {
  const { AcceptGap } = await import('#call-log/from-kafka/accept-gap/accept-gap.js');
  const topic = face.settings().kafkaTopic;
  const gap = await face.withProgram(async (program) =>
    valueOf(
      await program.commands.execute(new AcceptGap({ topic, partition, from, reason, by: whoActs(by) })),
    ),
  );
  await face.print({
    document: { topic, partition, ...gap },
    human: `${topic}/${partition} goes on at ${from}; everything below ${gap.storedBelow} of the former log is stored.`,
  });
}

async function replay(face: Face, { reason, by }: { reason: string; by?: string }): Promise<void> {
  const { ReplayTopic } = await import('#call-log/from-kafka/replay/replay-topic.js');
  const topic = face.settings().kafkaTopic;
  const begun = await face.withProgram(async (program) =>
    valueOf(await program.commands.execute(new ReplayTopic({ topic, reason, by: whoActs(by) }))),
  );
  await face.print({
    document: { topic, ...begun },
    human: `${counted(begun.partitions, 'partition')} of ${topic} will be read again from the beginning of the log.`,
  });
}
