import { instant } from '#calendar/instant.js';
import { localDate } from '#calendar/local-date.js';
import { CloseOutOpenCalls } from '#call-log/open-calls/close-out-open-calls.js';
import { DiscardQuarantined } from '#call-log/quarantine/discard/discard-quarantined.js';
import { ListQuarantine } from '#call-log/quarantine/list-quarantine/list-quarantine.js';
import { RedriveQuarantined } from '#call-log/quarantine/redrive/redrive-quarantined.js';
import { ShowQuarantined } from '#call-log/quarantine/show-record/show-quarantined.js';
import { reconcileIntake } from '#call-log/reconcile/reconcile-intake.js';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { NOW, type QuarantineWorld, call, startQuarantineWorld } from './quarantine-world.js';

const answered = (id: string, more: Record<string, unknown> = {}) => ({
  ...call(id, { startedAt: '2026-10-30T10:00:00+01:00', answeredAt: '2026-10-30T10:00:05+01:00', ...more }),
  type: 'call.answered',
  endedAt: undefined,
});

describe('quarantine of calls that are open', () => {
  let world: QuarantineWorld;
  beforeAll(async () => {
    world = await startQuarantineWorld();
  });
  afterAll(async () => world.close());

  const redrive = async () =>
    acceptedOrThrow(await world.commands.execute(new RedriveQuarantined({ filter: {} }, 'finance')));
  const openCalls = async () =>
    (await world.query<{ id: string }>('SELECT call_id AS id FROM cdr.open_call ORDER BY call_id')).map(
      ({ id }) => id,
    );
  const reconciled = async () =>
    reconcileIntake(world.test.database, localDate('2000-01-01'), localDate('2099-12-31'));

  it('an answer of an unknown account opens its call when it is redriven; read = stored + opened + duplicates + quarantined', async () => {
    const from = '+31201110061';
    expect(await world.store('file:open', [answered('o-1'), answered('o-2', { from })])).toEqual([
      'accepted',
      'unknown-account',
    ]);
    await world.loadNewcomer('N61', from);
    expect(await redrive()).toMatchObject({ records: 1, accepted: 1 });
    expect(await openCalls()).toEqual(['o-1', 'o-2']);
    const { origins, differences } = await reconciled();
    expect(differences).toEqual([]);
    expect(origins).toMatchObject([
      { origin: 'file:open', read: 2, stored: 0, opened: 1, quarantined: 1 },
      { origin: 'redrive', read: 1, stored: 0, opened: 1, quarantined: 0 },
    ]);
  });

  it('one that never ended is evidence: a redrive leaves it, a discard ends it, and nothing is out of balance', async () => {
    acceptedOrThrow(await world.module.get(BusinessClock).stepTo(instant('2026-11-20T12:00:00Z')));
    expect(await world.commands.execute(new CloseOutOpenCalls())).toEqual({ closed: 2 });
    expect((await reconciled()).differences).toEqual([]);
    expect(await redrive()).toMatchObject({ records: 2, accepted: 0, quarantined: { implausible: 2 } });
    expect(await openCalls()).toEqual([]);
    const discard = new DiscardQuarantined(
      { filter: { code: 'implausible' } },
      'the switch was restarted',
      'finance',
      {
        expected: 2,
      },
    );
    expect(acceptedOrThrow(await world.commands.execute(discard))).toMatchObject({ discarded: 2 });
    expect((await reconciled()).differences).toEqual([]);
    expect(await world.differences()).toEqual([]);
  });

  it('the envelope of a binary CloudEvent is shown with its bytes', async () => {
    const headers = { ce_specversion: '1.0', ce_id: 'env-1', ce_source: 'switch-2', ce_type: 'call.ended' };
    const { source: _source, id: _id, ...data } = call('unused', { from: '+31999999977' });
    const records = [{ position: 1, bytes: Buffer.from(JSON.stringify(data)), headers }];
    await world.module.get(CallLogWriter).storeBatch({ origin: 'kafka:cdr.v1/0', records }, NOW);
    const [listed] = await world.queries.execute(new ListQuarantine({ origin: 'kafka:cdr.v1/0' }));
    expect(listed).toMatchObject({ callId: 'env-1', headers });
    const shown = acceptedOrThrow(await world.queries.execute(new ShowQuarantined(listed?.id ?? '')));
    expect(shown.headers).toEqual(headers);
  });
});
