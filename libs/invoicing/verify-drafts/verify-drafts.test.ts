import { LoadAccounts } from '#accounts/load-accounts/load-accounts.js';
import { LoadCalls } from '#call-log/load-calls/load-calls.js';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { instant } from '#calendar/instant.js';
import { localDate, period } from '#calendar/local-date.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { bucketOf } from '#platform/identity/ids.js';
import {
  type CallLogUnderTest,
  loadExampleReference,
  startCallLog,
} from '../../../test/harness/reference.js';
import { invoicingEvents } from '../events/events.js';
import { invoicingProviders } from '../invoicing.providers.js';
import { ShowBillRun } from '../show-bill-run/show-bill-run.js';
import { ShowDraftInvoice } from '../show-draft-invoice/show-draft-invoice.js';
import { StartBillRun } from '../start-bill-run/start-bill-run.js';
import {
  ENDED,
  NO_ADDRESS,
  OCTOBER_CALLS,
  OUTSIDE_EU,
  REVERSE_CHARGED,
  TWO_SUBSCRIPTIONS,
  WITH_TEST_USER,
  accountId,
  callsOf,
  customerBase,
  withFile,
} from '../testing/customer-base.js';
import { ratingsUnderTest } from '../testing/ratings-under-test.js';
import { verifyDrafts } from './verify-drafts.js';

const OCTOBER = period('2026-10');

describe('the drafts of a customer base', () => {
  let fairline: CallLogUnderTest;
  const query = <Row>(sql: string, values: unknown[] = []) => fairline.test.database.query<Row>(sql, values);
  const load = (calls: typeof OCTOBER_CALLS) =>
    withFile(callsOf(calls), async (path) =>
      acceptedOrThrow(await fairline.commands.execute(new LoadCalls([path]))),
    );
  const start = async () =>
    acceptedOrThrow(await fairline.commands.execute(new StartBillRun(OCTOBER, 'finance-1')));
  const draft = async (account: string) =>
    acceptedOrThrow(await fairline.queries.execute(new ShowDraftInvoice(account, OCTOBER)));
  const differences = async () => (await verifyDrafts(fairline.test.database)).differences;

  beforeAll(async () => {
    fairline = await startCallLog({
      providers: [...invoicingProviders, ...ratingsUnderTest],
      events: invoicingEvents,
    });
    await loadExampleReference(fairline.commands);
    acceptedOrThrow(await fairline.module.get(BusinessClock).stepTo(instant('2026-11-02T09:00:00+01:00')));
    acceptedOrThrow(await fairline.commands.execute(new LoadAccounts(customerBase())));
    await load(OCTOBER_CALLS);
    await start();
  }, 120_000);
  afterAll(async () => fairline.close());

  it('agree with a recount of the log by SQL', async () => {
    const check = await verifyDrafts(fairline.test.database);
    expect(check.differences).toEqual([]);
    expect(check.compared).toBeGreaterThan(500);
  });

  it('charge exactly what the current ratings of the month charge', async () => {
    const begins = AMSTERDAM.startOfDay(localDate('2026-10-01'));
    const ends = AMSTERDAM.startOfDay(localDate('2026-11-01'));
    const [log] = await query<{ charge: number; crossing: number }>(
      `SELECT sum(coalesce(r.charge, c.charge))::bigint AS charge, count(*) FILTER (WHERE c.ended_at > to_timestamp($2::float8 / 1000)) AS crossing
       FROM cdr.call_record c
       LEFT JOIN LATERAL (SELECT charge FROM cdr.call_rating r WHERE r.bucket = c.bucket AND r.call_key = c.call_key ORDER BY seq DESC LIMIT 1) r ON true
       WHERE c.started_at >= to_timestamp($1::float8 / 1000) AND c.started_at < to_timestamp($2::float8 / 1000)`,
      [begins, ends],
    );
    const [drafts] = await query<{ charge: number }>(
      `SELECT sum(charge)::bigint AS charge FROM invoicing.draft_line WHERE kind = 'usage'`,
    );
    expect(log?.charge).toBeGreaterThan(0);
    expect(drafts?.charge).toBe(log?.charge);
    const run = acceptedOrThrow(await fairline.queries.execute(new ShowBillRun(OCTOBER)));
    const shown = [...run.totals.usage, ...run.parkedTotals.usage].reduce(
      (sum, one) => sum + Math.round(Number(one.charge) * 1_000_000),
      0,
    );
    expect(shown).toBe(log?.charge);
  });

  it('park what nobody may send, each with its reasons', async () => {
    const codes = async (account: string) => (await draft(account)).parked.map((reason) => reason.code);
    expect(await codes(NO_ADDRESS)).toEqual(['no-address']);
    expect(await codes(OUTSIDE_EU)).toEqual(['vat-unclear']);
    expect(await codes(ENDED)).toEqual(['open-quarantine']);
    expect(await codes(accountId(1))).toEqual([]);
  });

  it('leave the VAT to a customer in another member state', async () => {
    const { vat, vatTotal, net } = await draft(REVERSE_CHARGED);
    expect(vat).toEqual([{ key: 'reverse-charge', rate: '0', net, vat: '0.00' }]);
    expect(vatTotal).toBe('0.00');
  });

  it('charge a subscription only while it runs, and several side by side', async () => {
    const days = (shown: Awaited<ReturnType<typeof draft>>) =>
      shown.lines.flatMap((line) =>
        line.kind === 'usage' ? [] : [`${line.plan} ${line.seats} ${line.days}`],
      );
    expect(days(await draft(ENDED))).toEqual(['metered 2 19']);
    expect(days(await draft(TWO_SUBSCRIPTIONS))).toEqual(['unlimited 3 31', 'metered 2 24']);
  });

  it('price retention by the users of each day, without test users', async () => {
    const recording = (await draft(accountId(20))).lines.flatMap((line) =>
      line.kind === 'add-on' ? [`${line.from}..${line.through} ${line.seats} x ${line.pricePerSeat}`] : [],
    );
    expect(recording).toEqual([
      '2026-10-05..2026-10-13 1 x 6.00',
      '2026-10-14..2026-10-24 2 x 6.00',
      '2026-10-25..2026-10-31 1 x 6.00',
    ]);
  });

  it('do not count the calls of test users', async () => {
    const [log] = await query<{ calls: number; tested: number }>(
      `SELECT count(*) FILTER (WHERE NOT test) AS calls, count(*) FILTER (WHERE test) AS tested FROM cdr.call_record
       WHERE account_id = $1 AND started_at >= '2026-09-30T22:00Z' AND started_at < '2026-10-31T23:00Z'`,
      [WITH_TEST_USER],
    );
    const { lines, information } = await draft(WITH_TEST_USER);
    const counted = [...lines, ...information].reduce(
      (sum, line) => sum + (line.kind === 'usage' ? line.calls : 0),
      0,
    );
    expect(log?.tested).toBeGreaterThan(0);
    expect(counted).toBe(log?.calls);
  });

  describe('are named by the check when a row is altered', () => {
    const account = accountId(1);
    const build = `build = (SELECT build FROM invoicing.bill_run WHERE period = '2026-10')`;
    it.each([
      [
        'the charge of a usage line',
        `UPDATE invoicing.draft_line SET charge = charge + $1 WHERE ${build} AND account = '${account}' AND kind = 'usage' AND line =
           (SELECT max(line) FROM invoicing.draft_line WHERE ${build} AND account = '${account}' AND charged)`,
        /B101, usage \S+: the draft has .* the log /,
      ],
      [
        'the seats of a subscription line',
        `UPDATE invoicing.draft_line SET seats = seats + $1 WHERE ${build} AND account = '${account}' AND kind = 'subscription'`,
        /B101, B101-1: a line for metered x 3 .* not owed/,
      ],
      [
        'the amount of a line',
        `UPDATE invoicing.draft_line SET net = net + $1 WHERE ${build} AND account = '${account}' AND line = 1`,
        /B101, line 1 \(subscription\): net is/,
      ],
      [
        'the VAT rate of a line',
        `UPDATE invoicing.draft_line SET vat_rate = vat_rate + $1 WHERE ${build} AND account = '${account}' AND line = 1`,
        /B101, line 1 \(subscription\): VAT rate of standard is 2101, the catalogue has 2100/,
      ],
      [
        'the totals of a draft',
        `UPDATE invoicing.draft SET vat_total = vat_total + $1, total = total + $1 WHERE ${build} AND account = '${account}'`,
        /B101: the draft says net/,
      ],
      [
        'a control total',
        `UPDATE invoicing.bill_run SET totals = jsonb_set(totals, '{ready,documents}', to_jsonb((totals -> 'ready' ->> 'documents')::int + $1::int))`,
        /ready documents: the run says/,
      ],
      [
        'the charge of a call',
        `UPDATE cdr.call_record SET charge = charge + $1::int * 1000000 WHERE call_key =
           (SELECT call_key FROM cdr.call_record WHERE account_id = '${account}' AND started_at >= '2026-10-05' ORDER BY started_at LIMIT 1)`,
        /B101, usage \S+: the draft has .* the log /,
      ],
      [
        'the account of a draft',
        `UPDATE invoicing.draft_line SET account = CASE WHEN $1::int > 0 THEN 'B101x' ELSE '${account}' END
           WHERE ${build} AND account IN ('${account}', 'B101x')`,
        /B101, B101-1: a fee for metered x 2 .* owed and not in the draft/,
      ],
    ])('%s', async (_what, statement, expected) => {
      await query(statement, [1]);
      expect((await differences()).join('\n')).toMatch(expected);
      await query(statement, [-1]);
      expect(await differences()).toEqual([]);
    });
  });

  it('stay true at their cursor when calls and ratings come in later, and follow when the run is started again', async () => {
    const before = await draft(accountId(1));
    await load({ ...OCTOBER_CALLS, prefix: 'late', calls: 400, everySeconds: 5_000 });
    const bucket = bucketOf(accountId(1));
    const rate = (seq: string, charge: number) =>
      query(
        `INSERT INTO cdr.call_rating (bucket, covered, covered_before, billed_seconds, talk_seconds, direction, seq, regular_charge, charge,
           regular_charge_before, charge_before, reference_position, started_at, answered_at, call_key, cause, account_id, class)
         SELECT bucket, false, covered, billed_seconds, talk_seconds, direction, ${seq}, regular_charge, charge + ${charge}, regular_charge, charge, 0,
           started_at, answered_at, call_key, gen_random_uuid(), account_id, class FROM cdr.call_record
         WHERE bucket = ${bucket} AND account_id = '${accountId(1)}' AND call_id LIKE 'oct-%' AND started_at >= '2026-10-05' ORDER BY started_at LIMIT 1`,
      );
    await rate('9000000000', 5_000_000);
    expect(await differences()).toEqual([]);
    expect(await draft(accountId(1))).toEqual(before);

    // A rating below the cursor is one that the drafts should have had.
    await rate('seq', 7_000_000);
    expect((await differences()).join('\n')).toMatch(/B101, usage/);
    await query('DELETE FROM cdr.call_rating');

    expect(await start()).toMatchObject({ revision: 2, changed: true });
    expect(await differences()).toEqual([]);
    expect(await draft(accountId(1))).not.toEqual(before);
  });
});
