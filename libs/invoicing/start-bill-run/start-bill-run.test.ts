import { readFileSync } from 'node:fs';
import { LoadCalls } from '#call-log/load-calls/load-calls.js';
import { instant } from '#calendar/instant.js';
import { period } from '#calendar/local-date.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import {
  type CallLogUnderTest,
  fixture,
  loadExampleReference,
  startCallLog,
} from '../../../test/harness/reference.js';
import { invoicingEvents } from '../events/events.js';
import { invoicingProviders } from '../invoicing.providers.js';
import { ListDrafts } from '../list-drafts/list-drafts.js';
import { ShowBillRun } from '../show-bill-run/show-bill-run.js';
import { ShowDraftInvoice, type ShownDraftInvoice } from '../show-draft-invoice/show-draft-invoice.js';
import { RatingsUnderTest, ratingsUnderTest } from '../testing/ratings-under-test.js';
import { verifyDrafts } from '../verify-drafts/verify-drafts.js';
import { StartBillRun } from './start-bill-run.js';

const expected = JSON.parse(readFileSync(fixture('examples/expected.json'), 'utf8')) as {
  readonly invoicesBefore: Readonly<
    Record<
      string,
      {
        readonly subscription: string;
        readonly usage: Readonly<Record<string, string>>;
        readonly net: string;
        readonly vat: string;
        readonly total: string;
      }
    >
  >;
};
const OCTOBER = period('2026-10');
const NOVEMBER = period('2026-11');

describe('a bill run of the examples', () => {
  let fairline: CallLogUnderTest;
  beforeAll(async () => {
    fairline = await startCallLog({
      providers: [...invoicingProviders, ...ratingsUnderTest],
      events: invoicingEvents,
    });
    await loadExampleReference(fairline.commands);
    acceptedOrThrow(await fairline.commands.execute(new LoadCalls([fixture('examples/calls.jsonl')])));
    await fairline.test.database.query(
      `UPDATE cdr.rejected_record SET status = 'discarded' WHERE account_id = 'A1002'`,
    );
    acceptedOrThrow(await fairline.module.get(BusinessClock).stepTo(instant('2026-11-02T09:00:00+01:00')));
  }, 120_000);
  afterAll(async () => fairline.close());

  const start = (month = OCTOBER, options = {}) =>
    fairline.commands.execute(new StartBillRun(month, 'finance-1', options));
  const show = async () => acceptedOrThrow(await fairline.queries.execute(new ShowBillRun(OCTOBER)));
  const draft = async (account: string, month = OCTOBER) =>
    acceptedOrThrow(await fairline.queries.execute(new ShowDraftInvoice(account, month)));
  const builds = () => fairline.test.database.query('SELECT id FROM invoicing.build');

  const asExpected = (invoice: ShownDraftInvoice) => ({
    subscription: invoice.lines.find((line) => line.kind === 'subscription')?.net,
    usage: Object.fromEntries(
      invoice.lines.flatMap((line) => (line.kind === 'usage' ? [[line.class, line.net]] : [])),
    ),
    net: invoice.net,
    vat: invoice.vatTotal,
    total: invoice.total,
  });

  it.each(['A1001', 'A1002'])(
    'the draft of %s is to the cent what it should be, before a run too',
    async (account) => {
      const invoice = await draft(account);
      expect(invoice.source).toBe('live');
      const { note: _note, ...wanted } = { note: undefined, ...expected.invoicesBefore[account] };
      expect(asExpected(invoice)).toEqual(wanted);
    },
  );

  it('is refused for a month that is not over, unless that is asked for', async () => {
    expect(await start(NOVEMBER)).toMatchObject({ ok: false, refusal: { code: 'period-open' } });
    expect(await start(period('2026-12'), { allowOpen: true })).toMatchObject({
      ok: false,
      refusal: { code: 'period-not-begun' },
    });
    expect(await start(NOVEMBER, { allowOpen: true })).toMatchObject({ ok: true, value: { documents: 2 } });
    expect((await draft('A1001', NOVEMBER)).net).toBe('44.85');
  });

  it('makes drafts, control totals and parked accounts', async () => {
    expect(acceptedOrThrow(await start())).toEqual({
      period: OCTOBER,
      revision: 1,
      changed: true,
      documents: 2,
      parked: 1,
    });
    const run = await show();
    expect(run).toMatchObject({
      status: 'drafted',
      revision: 1,
      complete: true,
      draftedBy: 'finance-1',
      draftedAt: '2026-11-02T08:00:00Z',
      totals: {
        documents: 1,
        subscriptionFees: '3.51',
        usageNet: '1.65',
        net: '5.16',
        vatTotal: '1.08',
        total: '6.24',
        vat: [{ key: 'standard', rate: '21', net: '5.16', vat: '1.08' }],
      },
      parkedTotals: { documents: 1, total: '56.95' },
      parked: [{ account: 'A1001', net: '47.07' }],
    });
    expect(run.parked[0]?.reasons).toEqual([
      {
        code: 'open-quarantine',
        message: '1 record(s) of the period lie in quarantine as conflict; redrive or discard them.',
      },
    ]);
    expect(run.totals.usage).toContainEqual({
      class: 'nl-fixed',
      calls: 1,
      coveredCalls: 0,
      seconds: 3600,
      charge: '1.4900',
      net: '1.49',
    });
    expect((await draft('A1002')).source).toBe('bill-run');
  });

  it('shows what differs from last month, the biggest movers first', async () => {
    expect((await show()).differences).toEqual({
      comparedWith: 'live',
      new: 1,
      gone: 0,
      changed: 1,
      movers: [
        { account: 'A1002', kind: 'new', netBefore: null, netNow: '5.16', change: '5.16' },
        { account: 'A1001', kind: 'changed', netBefore: '44.85', netNow: '47.07', change: '2.22' },
      ],
    });
  });

  it('started again with nothing new, keeps the drafts and leaves no rows behind', async () => {
    const before = await builds();
    expect(acceptedOrThrow(await start())).toMatchObject({ revision: 1, changed: false });
    expect(await builds()).toEqual(before);
    expect(
      await fairline.test.database.query(`SELECT FROM es.event WHERE stream_id = 'bill-run-2026-10'`),
    ).toHaveLength(1);
  });

  it('started again when ratings are pending, parks their account in a new revision', async () => {
    const ratings = fairline.module.get(RatingsUnderTest);
    ratings.pending = ['A1002'];
    expect(acceptedOrThrow(await start())).toMatchObject({ revision: 2, changed: true, parked: 2 });
    expect((await draft('A1002')).parked.map((reason) => reason.code)).toEqual(['ratings-pending']);
    expect((await show()).totals.documents).toBe(0);
    ratings.pending = [];
    expect(acceptedOrThrow(await start())).toMatchObject({ revision: 3, changed: true, parked: 1 });
    expect(await builds()).toHaveLength(2);
  });

  it('what an attempt that was cut off left is never counted, and goes with the next start', async () => {
    const cutOff = '11111111-1111-4111-8111-111111111111';
    await fairline.test.database.query(
      `INSERT INTO invoicing.build (id, period) VALUES ('${cutOff}', '2026-10')`,
    );
    await fairline.test.database.query(
      `INSERT INTO invoicing.draft (build, account, reverse_charge, parked, net, vat_total, total, vat, problems, checksum)
       SELECT '${cutOff}', account, reverse_charge, parked, 999, 0, 999, vat, problems, checksum FROM invoicing.draft
       WHERE build = (SELECT build FROM invoicing.bill_run WHERE period = '2026-10')`,
    );
    expect((await draft('A1002')).total).toBe('6.24');
    acceptedOrThrow(await start());
    expect(
      await fairline.test.database.query(`SELECT FROM invoicing.draft WHERE build = '${cutOff}'`),
    ).toHaveLength(0);
    expect((await draft('A1002')).total).toBe('6.24');
  });

  it('two at once: one wins, the other is refused', async () => {
    const outcomes = await Promise.all([start(), start()]);
    expect(outcomes.map((outcome) => (outcome.ok ? 'drafted' : outcome.refusal.code)).toSorted()).toEqual([
      'bill-run-busy',
      'drafted',
    ]);
  });

  it('lists drafts a page at a time', async () => {
    const list = async (filter: ConstructorParameters<typeof ListDrafts>[1]) =>
      acceptedOrThrow(await fairline.queries.execute(new ListDrafts(OCTOBER, filter))).map(
        (one) => one.account,
      );
    expect(await list({})).toEqual(['A1001', 'A1002']);
    expect(await list({ limit: 1 })).toEqual(['A1001']);
    expect(await list({ after: 'A1001' })).toEqual(['A1002']);
    expect(await list({ parkedOnly: true })).toEqual(['A1001']);
  });

  it('refuses what is not there', async () => {
    expect(await fairline.queries.execute(new ShowBillRun(period('2026-09')))).toMatchObject({
      ok: false,
      refusal: { code: 'no-bill-run' },
    });
    expect(await fairline.queries.execute(new ShowDraftInvoice('A9', OCTOBER))).toMatchObject({
      ok: false,
      refusal: { code: 'unknown-account' },
    });
  });

  it('is verified against the log at its cursor', async () => {
    expect(await verifyDrafts(fairline.test.database)).toMatchObject({ name: 'drafts', differences: [] });
  });
});
