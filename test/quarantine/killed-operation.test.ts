import {
  RedriveQuarantined,
  RedriveQuarantinedHandler,
} from '#call-log/quarantine/redrive/redrive-quarantined.js';
import {
  DiscardQuarantined,
  DiscardQuarantinedHandler,
} from '#call-log/quarantine/discard/discard-quarantined.js';
import { Redriver } from '#call-log/quarantine/redrive/redrive-page.js';
import { RedriveTrial } from '#call-log/quarantine/redrive/redrive-trial.js';
import { QuarantineBook } from '#call-log/quarantine/store/quarantine-book.js';
import { LogProjection } from '#call-log/domain/log-entry.js';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { ReferenceDataReader } from '#call-log/store/reference-data-reader.js';
import { EventRegistry } from '#event-store/event-registry.js';
import { EventStore } from '#event-store/event-store.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import type { Database } from '#platform/database/database.js';
import { FailingDatabase, Killed } from '../harness/failing-database.js';
import { BIKES, type QuarantineWorld, call, startQuarantineWorld } from './quarantine-world.js';

const NUMBER = '+31201110041';
/** Every statement is a step before and a step after, and so is every transaction. */
const MAXIMUM_STEPS = 120;

describe('an operation on quarantined records that is killed at any await', () => {
  let world: QuarantineWorld;
  beforeAll(async () => {
    world = await startQuarantineWorld();
    await world.loadNewcomer('N0', '+31201110040');
  });
  afterAll(async () => world.close());

  const handlersOn = (database: Database) => {
    const { module } = world;
    const clock = new BusinessClock(database);
    const reference = module.get(ReferenceDataReader);
    const writer = new CallLogWriter(database, reference, module.get(LogProjection), { connections: 1 });
    const book = new QuarantineBook(database, new EventStore(database, module.get(EventRegistry)));
    const redriver = new Redriver(clock, new RedriveTrial(database, reference), writer, book);
    return {
      redrive: new RedriveQuarantinedHandler(database, clock, redriver),
      discard: new DiscardQuarantinedHandler(database, clock, book),
    };
  };
  /** @returns whether it was killed; false means that it has fewer steps than that */
  const killed = async (work: Promise<unknown>) =>
    work.then(
      () => false,
      (error: unknown) => {
        if (error instanceof Killed) return true;
        throw error;
      },
    );
  const closings = async (origin: string) =>
    (
      await world.query<{ status: string; n: number }>(
        `SELECT q.status, (SELECT count(*)::int FROM ingest.quarantine_step s WHERE s.record = q.id AND s.closes) AS n
         FROM ingest.quarantine q WHERE q.origin = $1 ORDER BY at_position`,
        [origin],
      )
    ).map(({ status, n }) => `${status} ${n}`);

  it('is finished by giving the command again: each call is stored once and each record closed once', async () => {
    let failAt = 1;
    const reached: boolean[] = [];
    for (; failAt < MAXIMUM_STEPS; failAt += 1) {
      const origin = `file:kill-${failAt}`;
      const filter = { origin };
      // A record that will be a call, one that is a call already, one whose account is known, and one that stays.
      await world.store(origin, [
        call(`kill-${failAt}-1`, { from: NUMBER }),
        call(`kill-${failAt}-2`, { to: '+88312345678', from: BIKES }),
        call(`kill-${failAt}-3`, { from: '+31999999904' }),
      ]);
      if (failAt === 1) await world.loadNewcomer('N9', NUMBER);
      if (failAt > 1) {
        // Their account is known by now, so they are put back as if it had not been when they came in.
        await world.query(
          `INSERT INTO ingest.quarantined_record (id, code, reason, origin, at_position, source, call_id, raw)
           VALUES (gen_random_uuid(), 'unknown-account', 'nobody', $1, 9, 'switch-1', $2, $3)`,
          [
            origin,
            `kill-${failAt}-9`,
            Buffer.from(JSON.stringify(call(`kill-${failAt}-9`, { from: NUMBER }))),
          ],
        );
      }
      const failing = new FailingDatabase(world.test.database, failAt);
      const command = new RedriveQuarantined({ filter }, 'finance');
      reached.push(await killed(handlersOn(failing.database).redrive.execute(command)));
      acceptedOrThrow(await world.commands.execute(command));
      await world.settle();
      const expected = failAt === 1 ? ['redriven 1', 'open 0', 'open 0'] : ['open 0', 'open 0', 'redriven 1'];
      expect([failAt, await closings(origin)]).toEqual([failAt, expected]);
      const calls = failAt === 1 ? [`kill-1-1`] : [`kill-${failAt}-1`, `kill-${failAt}-9`];
      expect(await world.stored(`kill-${failAt}-%`)).toEqual(calls);
      if (reached.at(-1) === false) break;
    }
    expect(failAt).toBeGreaterThan(20);
    expect(failAt).toBeLessThan(MAXIMUM_STEPS);
    expect((await world.differences()).filter((one) => !one.startsWith('quarantined record'))).toEqual([]);
  });

  it('is finished by the feed where its event was written: the rows of buckets follow', async () => {
    for (let failAt = 1; failAt < MAXIMUM_STEPS; failAt += 1) {
      const origin = `file:settle-${failAt}`;
      await world.store(origin, [call(`settle-${failAt}`, { to: '+88312345678' })]);
      const id = await world.idOf(`settle-${failAt}`);
      const failing = new FailingDatabase(world.test.database, failAt);
      const command = new DiscardQuarantined({ ids: [id] }, 'no call of ours', 'finance');
      const wasKilled = await killed(handlersOn(failing.database).discard.execute(command));
      await world.settle();
      const [decided] = await world.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM ingest.quarantine_step WHERE record = $1',
        [id],
      );
      const wanted = decided?.n === 1 ? 'discarded 1' : 'open 0';
      expect([failAt, await closings(origin)]).toEqual([failAt, [wanted]]);
      if (!wasKilled) {
        expect(wanted).toBe('discarded 1');
        expect(failAt).toBeGreaterThan(10);
        return;
      }
    }
    throw new Error('It never ran to its end');
  });
});
