import { LoadAccounts } from '#accounts/load-accounts/load-accounts.js';
import { localDate, period } from '#calendar/local-date.js';
import { DiscardQuarantined } from '#call-log/quarantine/discard/discard-quarantined.js';
import { RedriveQuarantined } from '#call-log/quarantine/redrive/redrive-quarantined.js';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { reconcileIntake } from '#call-log/reconcile/reconcile-intake.js';
import { LoadCatalogue } from '#catalogue/load-catalogue/load-catalogue.js';
import { invoicingEvents } from '#invoicing/events/events.js';
import { invoicingProviders } from '#invoicing/invoicing.providers.js';
import { reconcileBilling } from '#invoicing/reconcile-billing/reconcile-billing.js';
import { readOpenRecords } from '#invoicing/store/open-records.js';
import { ratingsUnderTest } from '#invoicing/testing/ratings-under-test.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { LoadTariff } from '#rating/load-tariff/load-tariff.js';
import { simulate } from '#simulation/simulate.js';
import { reconcileUsage } from '#usage/reconcile-usage/reconcile-usage.js';
import { startCallLog } from '../harness/reference.js';
import { AFTER_ALL_CALLS, eachLine } from '../simulation/recorded-calls.js';
import {
  BIKES,
  JAPAN,
  NEWCOMER,
  type QuarantineWorld,
  call,
  startQuarantineWorld,
} from './quarantine-world.js';

const OCTOBER = period('2026-10');

describe('invoices are held up by open records only', () => {
  let world: QuarantineWorld;
  beforeAll(async () => {
    world = await startQuarantineWorld({
      providers: [...invoicingProviders, ...ratingsUnderTest],
      events: invoicingEvents,
    });
  });
  afterAll(async () => world.close());

  const heldUp = async () =>
    Object.fromEntries(
      [...(await readOpenRecords(world.test.database, OCTOBER))].map(([account, codes]) => [
        account,
        Object.fromEntries(codes),
      ]),
    );

  it('a record holds up the account that it is found to be of, until it is redriven or discarded', async () => {
    const late = {
      startedAt: '2026-10-30T10:00:00+01:00',
      answeredAt: '2026-10-30T10:00:05+01:00',
      endedAt: '2026-10-30T10:01:05+01:00',
    };
    await world.store('file:bill', [
      call('bill-1', { from: BIKES, to: JAPAN, ...late }),
      call('bill-2', { from: NEWCOMER, to: JAPAN, ...late }),
    ]);
    expect(await heldUp()).toEqual({ A1002: { 'no-rate': 1 } });
    await world.loadNewcomer('N7', NEWCOMER);
    const redrive = async () =>
      acceptedOrThrow(await world.commands.execute(new RedriveQuarantined({ filter: {} }, 'finance')));
    await redrive();
    expect(await heldUp()).toEqual({ A1002: { 'no-rate': 1 }, N7: { 'no-rate': 1 } });
    const discard = new DiscardQuarantined(
      { ids: [await world.idOf('bill-1')] },
      'free of charge',
      'finance',
    );
    acceptedOrThrow(await world.commands.execute(discard));
    expect(await heldUp()).toEqual({ N7: { 'no-rate': 1 } });
    await world.loadJapan();
    expect(await redrive()).toMatchObject({ accepted: 1 });
    expect(await heldUp()).toEqual({});
    expect(await world.differences()).toEqual([]);
    const [billed] = await reconcileBilling(
      world.test.database,
      localDate('2026-10-01'),
      localDate('2026-10-31'),
    );
    expect(billed).toMatchObject({ period: OCTOBER, drafted: null, unbilled: billed?.charged });
    expect(billed?.charged).toBeGreaterThan(0);
  });
});

describe('a simulated load', () => {
  it('reconciles to the record, also after everything in quarantine was redriven and the load was repeated', async () => {
    const fairline = await startCallLog();
    try {
      const simulation = simulate({ accounts: 12, days: 3, seed: 7 });
      acceptedOrThrow(await fairline.commands.execute(new LoadCatalogue(simulation.catalogue)));
      acceptedOrThrow(await fairline.commands.execute(new LoadTariff(simulation.tariff)));
      acceptedOrThrow(await fairline.commands.execute(new LoadAccounts(simulation.accounts)));
      const lines: Buffer[] = [];
      eachLine(simulation, (line) => lines.push(Buffer.from(line)));
      const writer = fairline.module.get(CallLogWriter);
      const load = async () => {
        for (let start = 0; start < lines.length; start += 5_000) {
          const records = lines
            .slice(start, start + 5_000)
            .map((bytes, index) => ({ position: start + index + 1, bytes }));
          await writer.storeBatch({ origin: 'file:simulated', records }, AFTER_ALL_CALLS);
        }
      };
      await load();
      const always = [localDate('2000-01-01'), localDate('2099-12-31')] as const;
      const { database } = fairline.test;
      const check = async () => {
        const intake = await reconcileIntake(database, ...always);
        const usage = await reconcileUsage(database, ...always);
        expect([...intake.differences, ...usage.differences]).toEqual([]);
        return { intake, stored: usage.days.reduce((sum, day) => sum + day.stored, 0) };
      };
      const first = await check();
      const [origin] = first.intake.origins;
      expect(origin?.read).toBe(lines.length);
      expect(origin?.stored).toBe(first.stored);
      expect(origin?.duplicates).toBeGreaterThan(0);
      expect(origin?.quarantined).toBeGreaterThan(0);
      acceptedOrThrow(await fairline.commands.execute(new RedriveQuarantined({ filter: {} }, 'finance')));
      await load();
      const again = await check();
      expect(again.stored).toBe(first.stored);
    } finally {
      await fairline.close();
    }
  });
});
