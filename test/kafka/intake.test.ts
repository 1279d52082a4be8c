import { setTimeout as sleep } from 'node:timers/promises';
import { LoadAccounts } from '#accounts/load-accounts/load-accounts.js';
import { chance, madeUpAccounts } from '#bench/made-up-customers.js';
import { instant } from '#calendar/instant.js';
import { AcceptGap } from '#call-log/from-kafka/accept-gap/accept-gap.js';
import { CallIntake, INTAKE_DEFAULTS } from '#call-log/from-kafka/call-intake.js';
import { ReplayTopic } from '#call-log/from-kafka/replay/replay-topic.js';
import { ShowIntake } from '#call-log/from-kafka/show-intake/show-intake.js';
import { InMemorySource, InMemoryTopic } from '#call-log/from-kafka/testing/in-memory-source.js';
import { CloseOutOpenCalls } from '#call-log/open-calls/close-out-open-calls.js';
import { ListOpenCalls } from '#call-log/open-calls/list-open-calls.js';
import { LogProjection } from '#call-log/domain/log-entry.js';
import { ReferenceDataReader } from '#call-log/store/reference-data-reader.js';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';
import { type CallLogUnderTest, loadExampleReference, startCallLog } from '../harness/reference.js';
import { intakeTotals, kafkaBalance, kafkaDifferences } from './balance.js';
import { RecordTraffic } from './record-traffic.js';

const NOW = instant('2026-11-01T00:00:00Z');
const OPTIONS = {
  ...INTAKE_DEFAULTS,
  lingerMillis: 5,
  lookMillis: 30,
  pauses: { firstMillis: 2, longestMillis: 20 },
};

describe('the intake from Kafka', () => {
  let fairline: CallLogUnderTest;
  /** Without the look at each commit, which the simulation has: here it would take most of the time. */
  let plain: Database;
  let intakes: CallIntake[] = [];
  beforeAll(async () => {
    fairline = await startCallLog();
    plain = await Database.connect({ url: fairline.test.url });
    await loadExampleReference(fairline.commands);
    acceptedOrThrow(await fairline.commands.execute(new LoadAccounts(madeUpAccounts())));
    acceptedOrThrow(await fairline.module.get(BusinessClock).stepTo(NOW));
  });
  afterEach(async () => {
    for (const intake of intakes) await intake.stop();
    intakes = [];
  });
  afterAll(async () => {
    await plain.close();
    await fairline.close();
  });

  let serial = 0;
  const world = (name: string, partitions = 1) => {
    serial += 1;
    const topic = new InMemoryTopic(`${name}-${serial}`, partitions);
    return { topic, traffic: new RecordTraffic(topic.name, chance(serial)) };
  };
  const fill = (topic: InMemoryTopic, traffic: RecordTraffic, count: number) => {
    for (let n = 0; n < count; n += 1) topic.partitions[n % topic.partitions.length]?.append(traffic.next());
  };
  const begin = (topic: InMemoryTopic, database: Database = plain) => {
    const source = new InMemorySource(topic, { fetchRecords: () => 25 });
    const { module } = fairline;
    const writer = new CallLogWriter(
      database,
      module.get(ReferenceDataReader),
      module.get<LogProjection>(LogProjection),
      { connections: 2 },
    );
    const intake = new CallIntake(source, database, writer, () => Promise.resolve(NOW), OPTIONS);
    intakes.push(intake);
    intake.start();
    source.assign(topic.partitions.map((_log, partition) => partition));
    return { source, intake };
  };
  const until = async (what: () => Promise<boolean> | boolean) => {
    const deadline = Date.now() + 20_000;
    while (!(await what())) {
      if (Date.now() > deadline) throw new Error('It did not happen in time');
      await sleep(10);
    }
  };
  const show = (topic: InMemoryTopic) => fairline.queries.execute(new ShowIntake(topic.name));
  const untilStored = (topic: InMemoryTopic) =>
    until(async () => {
      const { partitions } = await show(topic);
      return (
        partitions.length === topic.partitions.length &&
        partitions.every((one) => one.storedBelow >= (topic.partitions[one.partition]?.end ?? 0))
      );
    });
  const untilStopped = (topic: InMemoryTopic) => until(async () => (await show(topic)).stopped > 0);
  const expectBalance = async (topic: InMemoryTopic, read: number) => {
    expect(await kafkaDifferences(fairline.test.database, topic.name)).toEqual([]);
    expect(await kafkaBalance(fairline.test.database, topic.name)).toMatchObject({ read, fates: read });
  };

  it('takes a new topic from where its log begins, and shows that nothing is left', async () => {
    const { topic, traffic } = world('begins');
    fill(topic, traffic, 60);
    topic.partitions[0]?.truncateBefore(10);
    const { intake } = begin(topic);
    await untilStored(topic);
    await until(async () => (await show(topic)).partitions[0]?.highWater === 60);
    expect((await show(topic)).partitions[0]).toMatchObject({
      storedBelow: 60,
      lagRecords: 0,
      lagSeconds: 0,
    });
    expect(intake.status()).toMatchObject({ ready: true, reasons: [] });
    await expectBalance(topic, 50);
  });

  it('goes over removed records and markers, which it has asked for', async () => {
    const { topic, traffic } = world('compacted');
    fill(topic, traffic, 80);
    for (const offset of [0, 1, 24, 25, 26, 50, 78, 79]) topic.partitions[0]?.remove(offset);
    begin(topic);
    await untilStored(topic);
    await expectBalance(topic, 72);
  });

  it('stops where records were removed before they were read, and goes on when a person accepts the gap', async () => {
    const { topic, traffic } = world('truncated', 2);
    fill(topic, traffic, 40);
    const first = begin(topic);
    await untilStored(topic);
    await first.intake.stop();
    fill(topic, traffic, 40);
    topic.partitions[1]?.truncateBefore(30);
    const { intake } = begin(topic);
    await untilStopped(topic);
    await until(async () => (await show(topic)).partitions[0]?.storedBelow === 40);
    expect((await show(topic)).partitions[1]).toMatchObject({
      storedBelow: 20,
      stopped: { code: 'truncated' },
    });
    await until(() => !intake.status().ready);
    expect(intake.status().reasons[0]).toMatch(
      /^truncated-\d+\/1 stands still \(truncated\): Partition 1 begins at offset 30/,
    );
    const accept = (from: number) =>
      fairline.commands.execute(
        new AcceptGap({ topic: topic.name, partition: 1, from, reason: 'retention too short', by: 'ops' }),
      );
    expect(await accept(20)).toMatchObject({ ok: false, refusal: { code: 'no-gap' } });
    expect(await accept(30)).toMatchObject({ ok: true, value: { storedBelow: 20, from: 30 } });
    expect(await accept(30)).toMatchObject({ ok: false, refusal: { code: 'not-stopped' } });
    await untilStored(topic);
    expect(intake.status()).toMatchObject({ ready: true });
    await expectBalance(topic, 70);
    const [event] = await fairline.test.database.query<{ data: object; metadata: object }>(
      "SELECT data, metadata FROM es.event WHERE event_type = 'intake.gap-accepted' ORDER BY position DESC LIMIT 1",
    );
    expect(event).toMatchObject({
      data: { topic: topic.name, partition: 1, storedBelow: 20, from: 30, epoch: 2, code: 'truncated' },
      metadata: { actor: 'ops' },
    });
  });

  it.each([
    ['ends before what is stored', 10],
    ['has another record where the last one was stored', 60],
  ])('stops where the topic was made anew: its log %s', async (_name, records) => {
    const { topic, traffic } = world('recreated');
    fill(topic, traffic, 40);
    const { intake } = begin(topic);
    await untilStored(topic);
    // A log that is shorter is seen at once; one that has grown past us is seen when the partition is opened again, as after any deletion.
    if (records > 40) await intake.stop();
    topic.partitions[0]?.recreate();
    fill(topic, traffic, records);
    const { intake: again } = records > 40 ? begin(topic) : { intake };
    await untilStopped(topic);
    expect((await show(topic)).partitions[0]).toMatchObject({
      storedBelow: 40,
      stopped: { code: 'recreated' },
    });
    await expectBalance(topic, 40);
    acceptedOrThrow(
      await fairline.commands.execute(
        new AcceptGap({ topic: topic.name, partition: 0, from: 0, reason: 'made anew', by: 'ops' }),
      ),
    );
    await untilStored(topic);
    expect(again.status()).toMatchObject({ ready: true });
    await expectBalance(topic, 40 + records);
    expect((await intakeTotals(fairline.test.database, topic.name)).stored).toEqual(traffic.expectedIds());
  });

  it('reads a whole topic again and changes nothing', async () => {
    const { topic, traffic } = world('replay', 3);
    fill(topic, traffic, 300);
    begin(topic);
    await untilStored(topic);
    const everything = async () => ({
      totals: await intakeTotals(fairline.test.database, topic.name),
      balance: await kafkaBalance(fairline.test.database, topic.name),
      quarantine: await fairline.test.database.query(
        'SELECT id, code, status FROM ingest.quarantine WHERE origin LIKE $1 ORDER BY id',
        [`kafka:${topic.name}/%`],
      ),
      usage: await fairline.test.database.query(
        'SELECT * FROM usage.current ORDER BY account_id, day, class',
      ),
    });
    const before = await everything();
    acceptedOrThrow(
      await fairline.commands.execute(new ReplayTopic({ topic: topic.name, reason: 'proof', by: 'ops' })),
    );
    for (const intake of intakes) await intake.stop();
    intakes = [];
    begin(topic);
    await untilStored(topic);
    expect(await everything()).toEqual(before);
    await expectBalance(topic, 300);
    const [epoch] = await fairline.test.database.query(
      'SELECT min(epoch) AS epoch FROM cdr.kafka_offset WHERE topic = $1 AND next_offset > 0',
      [topic.name],
    );
    expect(epoch).toEqual({ epoch: 2 });
  });

  it('ends, and says so, where a bucket has no offset of the partition', async () => {
    const { topic, traffic } = world('no-row');
    fill(topic, traffic, 5);
    const first = begin(topic);
    await untilStored(topic);
    await first.intake.stop();
    await fairline.test.database.query('DELETE FROM cdr.kafka_offset WHERE topic = $1', [topic.name]);
    fill(topic, traffic, 30);
    const { intake } = begin(topic);
    const error = await intake.ended;
    expect(error.message).toMatch(/^bucket \d+ has no offset of no-row/);
    expect(intake.status().ready).toBe(false);
  });

  it('is not ready while the database fails, and goes on where it was when it is back', async () => {
    const { topic, traffic } = world('away');
    let away = true;
    const real = plain;
    const database = new Proxy(real, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...values: unknown[]) => {
          if (away) return Promise.reject(new Error('connect ECONNREFUSED'));
          return Reflect.apply(value, target, values) as unknown;
        };
      },
    });
    fill(topic, traffic, 50);
    const { intake } = begin(topic, database);
    await until(() => !intake.status().ready);
    expect(intake.status().reasons).toEqual(['PostgreSQL gives no progress: connect ECONNREFUSED']);
    away = false;
    await untilStored(topic);
    await until(() => intake.status().ready);
    await expectBalance(topic, 50);
  });

  describe('calls that are open', () => {
    const call = (topic: InMemoryTopic, id: string, change: Record<string, unknown> = {}) =>
      Buffer.from(
        JSON.stringify({
          source: topic.name,
          id,
          user: 'B0000-0',
          direction: 'outbound',
          from: '+31880000000',
          to: '+491701234567',
          startedAt: '2026-10-30T10:00:00Z',
          answeredAt: '2026-10-30T10:00:05Z',
          endedAt: '2026-10-30T10:10:05Z',
          ...change,
        }),
      );
    const answered = (topic: InMemoryTopic, id: string, change: Record<string, unknown> = {}) =>
      call(topic, id, { type: 'call.answered', endedAt: undefined, ...change });
    const openIds = async (topic: InMemoryTopic) =>
      (await intakeTotals(fairline.test.database, topic.name)).open;

    it('are there from their answer to their end, with what they cost so far, whatever comes first', async () => {
      const { topic } = world('open');
      const [log] = topic.partitions;
      log?.append(answered(topic, 'a'));
      log?.append(answered(topic, 'b'));
      begin(topic);
      await untilStored(topic);
      expect(await openIds(topic)).toEqual(['a', 'b']);
      const live = await fairline.queries.execute(
        new ListOpenCalls('B0000', instant('2026-10-30T10:02:05Z')),
      );
      expect(live.filter((one) => one.source === topic.name)).toEqual([
        expect.objectContaining({ id: 'a', secondsSoFar: 120, covered: false }),
        expect.objectContaining({ id: 'b' }),
      ]);
      expect(live[0]?.chargeSoFar).toBeGreaterThan(0);
      log?.append(call(topic, 'a'));
      log?.append(call(topic, 'c'));
      await untilStored(topic);
      log?.append(answered(topic, 'c'));
      log?.append(answered(topic, 'b'));
      await untilStored(topic);
      expect(await openIds(topic)).toEqual(['b']);
      expect((await intakeTotals(fairline.test.database, topic.name)).stored).toEqual(['a', 'c']);
      await expectBalance(topic, 6);
    });

    it('that differ from their end, or from themselves, are conflicts, and both are kept', async () => {
      const { topic } = world('differs');
      const [log] = topic.partitions;
      log?.append(answered(topic, 'a'));
      begin(topic);
      await untilStored(topic);
      log?.append(call(topic, 'a', { to: '+491709999999' }));
      log?.append(answered(topic, 'a', { answeredAt: '2026-10-30T10:00:06Z' }));
      log?.append(answered(topic, 'a', { user: 'B0001-0', from: '+31880000100' }));
      log?.append(call(topic, 'd'));
      log?.append(answered(topic, 'd', { answeredAt: '2026-10-30T10:00:07Z' }));
      await untilStored(topic);
      expect(await openIds(topic)).toEqual(['a']);
      const kept = await fairline.test.database.query<{ reason: string }>(
        'SELECT code, reason FROM ingest.quarantine WHERE origin = $1 ORDER BY at_position',
        [`kafka:${topic.name}/0`],
      );
      expect(kept.map(({ reason }) => reason.replace(topic.name, 'S'))).toEqual([
        'S sent a before with other content: to +491701234567 → +491709999999.',
        'S sent a before with other content: answeredAt 2026-10-30T10:00:05Z → 2026-10-30T10:00:06Z.',
        'S sent a before with other content: account B0000 → B0001, user B0000-0 → B0001-0, from +31880000000 → +31880000100.',
        'S sent d before with other content: answeredAt 2026-10-30T10:00:05Z → 2026-10-30T10:00:07Z.',
      ]);
      await expectBalance(topic, 6);
    });

    it('that never end are evidence after seven days, once; a replay does not open them again', async () => {
      const { topic } = world('never-ends');
      const [log] = topic.partitions;
      log?.append(
        answered(topic, 'old', { startedAt: '2026-10-20T10:00:00Z', answeredAt: '2026-10-20T10:00:05Z' }),
      );
      log?.append(answered(topic, 'new'));
      const { intake } = begin(topic);
      await untilStored(topic);
      await fairline.commands.execute(new CloseOutOpenCalls());
      expect(await fairline.commands.execute(new CloseOutOpenCalls())).toEqual({ closed: 0 });
      const kept = async () =>
        fairline.test.database.query(
          'SELECT code, reason, call_id AS id FROM ingest.quarantine WHERE origin = $1',
          [`kafka:${topic.name}/0`],
        );
      const evidence = [
        {
          code: 'implausible',
          reason: 'The call was answered at 2026-10-20T10:00:05Z and no end of it came within 7 days.',
          id: 'old',
        },
      ];
      expect(await kept()).toEqual(evidence);
      await intake.stop();
      acceptedOrThrow(
        await fairline.commands.execute(new ReplayTopic({ topic: topic.name, reason: 'proof', by: 'ops' })),
      );
      begin(topic);
      await untilStored(topic);
      expect(await openIds(topic)).toEqual(['new']);
      expect(await kept()).toEqual(evidence);
      await expectBalance(topic, 2);
    });
  });
});
