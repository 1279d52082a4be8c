import { period } from '#calendar/local-date.js';
import { instant } from '#calendar/instant.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import type { Queryable } from '#platform/database/database.js';
import {
  type CallLogUnderTest,
  loadExampleReference,
  startCallLog,
} from '../../../test/harness/reference.js';
import { invoicingEvents } from '../events/events.js';
import { invoicingProviders } from '../invoicing.providers.js';
import { BillRunReader } from '../store/bill-run-reader.js';
import { StartBillRun } from '../start-bill-run/start-bill-run.js';
import { ratingsUnderTest } from '../testing/ratings-under-test.js';
import { verifyDrafts } from '../verify-drafts/verify-drafts.js';
import { Drafter } from './drafter.js';

const OCTOBER = period('2026-10');
const ACCOUNTS = 2_500;

/** Sends each statement twice: once to see its plan. */
class Explaining implements Queryable {
  statements = 0;
  /** `Index Scan daily_pk`, `Seq Scan add_on`. */
  readonly scans: string[] = [];

  constructor(private readonly reader: Queryable) {}

  async query<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    const [plan] = await this.reader.query(`EXPLAIN (FORMAT JSON) ${sql}`, values);
    this.statements += 1;
    for (const [, node, rest] of JSON.stringify(plan).matchAll(/"Node Type":"([^"]* Scan)"([^{}]*)/g)) {
      const [, name] = /"(?:Index|Relation) Name":"([^"]*)"/.exec(rest ?? '') ?? [];
      this.scans.push(`${node} ${name ?? ''}`);
    }
    return this.reader.query<Row>(sql, values);
  }
}

describe(`drafting among ${ACCOUNTS} accounts with 100,000 calls`, () => {
  let fairline: CallLogUnderTest;
  beforeAll(async () => {
    fairline = await startCallLog({
      providers: [...invoicingProviders, ...ratingsUnderTest],
      events: invoicingEvents,
    });
    await loadExampleReference(fairline.commands);
    acceptedOrThrow(await fairline.module.get(BusinessClock).stepTo(instant('2026-11-02T09:00:00+01:00')));
    for (const statement of FILL) await fairline.test.database.query(statement);
  }, 120_000);
  afterAll(async () => fairline.close());

  it('reads usage and calls of a page of accounts by index, in a handful of statements', async () => {
    const drafter = fairline.module.get(Drafter);
    const table = await drafter.prepare(fairline.test.database, OCTOBER);
    const explaining = new Explaining(fairline.test.database);
    const accounts = Array.from({ length: 200 }, (_unused, index) => `V${index * 12}`);
    const drafts = await drafter.draft(explaining, accounts, table);
    expect(drafts.map((draft) => draft.invoice.net)).toEqual(accounts.map(() => 509));
    expect(explaining.statements).toBeLessThanOrEqual(7);
    expect(explaining.scans).toContain('Index Scan daily_pk');
    expect(explaining.scans).toContain('Index Scan call_record_stray_bucket_account_id_started_at_idx');
    expect(explaining.scans.filter((scan) => /^Seq Scan (?:daily|call_record)/.test(scan))).toEqual([]);
  });

  it('makes a run of all of them whose drafts are listed and counted by index', async () => {
    expect(
      acceptedOrThrow(await fairline.commands.execute(new StartBillRun(OCTOBER, 'finance-1'))),
    ).toMatchObject({ documents: ACCOUNTS + 2, parked: 0 });
    await fairline.test.database.query('ANALYZE invoicing.draft, invoicing.draft_line, invoicing.difference');
    const reader = fairline.module.get(BillRunReader);
    const run = await reader.run(OCTOBER);
    const explaining = new Explaining(fairline.test.database);
    const page = { after: 'V1000', limit: 200 };
    expect(await reader.drafts(run?.build ?? '', page, explaining)).toHaveLength(200);
    expect(await reader.lines(run?.build ?? '', ['V7', 'V8'], explaining)).toHaveLength(4);
    expect(explaining.scans.filter((scan) => scan.startsWith('Seq Scan'))).toEqual([]);
    expect(explaining.scans.join()).toMatch(/draft_pk.*draft_line_pk/);
  }, 120_000);

  it('verifies all of them', async () => {
    const check = await verifyDrafts(fairline.test.database);
    expect(check.differences).toEqual([]);
    expect(check.compared).toBeGreaterThan(ACCOUNTS);
  }, 120_000);
});

const NUMBERS = `generate_series(0, ${ACCOUNTS - 1}) AS n`;
/** Each has a seat for 4.95 and one call a day for a cent on forty days; some have a test user. */
const FILL = [
  `INSERT INTO accounts.account (id, fingerprint, position) SELECT 'V' || n, '', 1 FROM ${NUMBERS}`,
  `INSERT INTO accounts.account_details (account, effective_from, position, name, language, address, contacts, allowed_networks)
     SELECT 'V' || n, '2026-01-01', 1, 'V' || n, 'nl', '{"country":"NL"}', '[]', '[]' FROM ${NUMBERS}`,
  `INSERT INTO accounts.subscription (account, subscription, plan, seats, valid_from, known_from)
     SELECT 'V' || n, 'V' || n || '-1', 'metered', 1, '2026-01-01', 1 FROM ${NUMBERS}`,
  `INSERT INTO accounts.user_assignment (id, account, user_id, test, valid_from, known_from)
     SELECT gen_random_uuid(), 'V' || n, 'v' || n, n % 97 = 0, '2026-01-01', 1 FROM ${NUMBERS} WHERE n % 97 = 0 OR n % 10 = 0`,
  `INSERT INTO cdr.call_record (bucket, direction, disposition, covered, test, talk_seconds, billed_seconds, seq, regular_charge, charge,
       started_at, answered_at, ended_at, call_key, content_hash, batch, account_id, source, call_id, to_number, class)
     SELECT platform.bucket_of('V' || n), 0, 0, false, false, 60, 60, row_number() OVER (PARTITION BY platform.bucket_of('V' || n)), 10000, 10000,
       day, day, day + interval '1 minute', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'V' || n, 's', 'c', '+31201234567', 'nl-fixed'
     FROM ${NUMBERS}, generate_series('2026-09-05T10:00Z'::timestamptz, '2026-10-14T10:00Z', interval '1 day') AS day`,
  `INSERT INTO usage.daily (bucket, version, day, calls, covered_calls, seconds, covered_seconds, charge, regular_charge, account_id, class)
     SELECT platform.bucket_of('V' || n), 1, day::date, 1, 0, 60, 0, 10000, 10000, 'V' || n, 'nl-fixed'
     FROM ${NUMBERS}, generate_series('2026-09-05'::date, '2026-10-14', interval '1 day') AS day`,
  `UPDATE usage.projection p SET seq = coalesce((SELECT max(seq) FROM cdr.call_record c WHERE c.bucket = p.bucket), 0)`,
  'ANALYZE',
];
