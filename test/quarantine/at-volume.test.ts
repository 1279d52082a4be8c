import { DiscardQuarantined } from '#call-log/quarantine/discard/discard-quarantined.js';
import { LIST_RECORDS } from '#call-log/quarantine/list-quarantine/list-quarantine.js';
import { RedriveQuarantined } from '#call-log/quarantine/redrive/redrive-quarantined.js';
import { READ_OPEN, RECORDS_PER_PAGE } from '#call-log/quarantine/store/quarantine-pages.js';
import { filterValues } from '#call-log/quarantine/store/quarantine-filter.js';
import { READ_SHARES } from '#call-log/reconcile/intake-queries.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { type QuarantineWorld, call, startQuarantineWorld } from './quarantine-world.js';

/** In each of the two tables. */
const RECORDS = 50_000;
const NUMBER = '+31201110051';
const IN_ONE_OPERATION = RECORDS_PER_PAGE + 7;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

describe('quarantine at volume', () => {
  let world: QuarantineWorld;
  beforeAll(async () => {
    world = await startQuarantineWorld();
    for (const [table, bucket, account] of [
      ['ingest.quarantined_record', '', ''],
      ['cdr.rejected_record', 'bucket, account_id,', "(n % 256)::smallint, 'A' || n % 500,"],
    ]) {
      await world.query(
        `INSERT INTO ${table} (${bucket} id, code, reason, origin, at_position, received_at, source, call_id, raw)
         SELECT ${account} md5('${table}' || n)::uuid, (ARRAY['no-rate', 'conflict', 'invalid'])[1 + n % 3], 'a sentence', 'file:old-' || n % 100, n,
           now() - n * interval '1 second', 'switch-1', 'old-' || n, '{}' FROM generate_series(1, $1) n`,
        [RECORDS],
      );
    }
    await world.query('ANALYZE');
  }, 120_000);
  afterAll(async () => world.close());

  const nodesOf = async (sql: string, values: readonly unknown[]) => {
    const [row] = await world.query<{ 'QUERY PLAN': readonly { Plan: Plan }[] }>(
      `EXPLAIN (FORMAT JSON) ${sql}`,
      values,
    );
    const nodes = (plan: Plan): string[] => [
      `${plan['Node Type']} ${plan['Relation Name'] ?? ''}`.trim(),
      ...(plan.Plans ?? []).flatMap(nodes),
    ];
    const root = row?.['QUERY PLAN'][0]?.Plan;
    return root === undefined ? [] : nodes(root);
  };
  const expectNoSorting = (nodes: readonly string[]) => {
    expect(nodes.filter((node) => node === 'Sort' || node.startsWith('Seq Scan'))).toEqual([]);
    expect(nodes).toContain('Merge Append');
  };

  it('a page of a list and a page of an operation are walked along the indexes of arrival', async () => {
    const none = filterValues({});
    const after = [null, 200];
    expectNoSorting(await nodesOf(LIST_RECORDS, [...none, ...after]));
    expectNoSorting(
      await nodesOf(LIST_RECORDS, [...filterValues({ code: 'no-rate', status: 'open' }), ...after]),
    );
    const place = [
      '2026-01-01T00:00:00Z',
      '00000000-0000-0000-0000-000000000000',
      'infinity',
      RECORDS_PER_PAGE,
    ];
    expectNoSorting(await nodesOf(READ_OPEN, [...filterValues({ status: 'open' }), ...place]));
    expectNoSorting(
      await nodesOf(READ_OPEN, [...filterValues({ code: 'no-rate', status: 'open' }), ...place]),
    );
  });

  it('a page after a record is found by the id of that record', async () => {
    const [row] = await world.query<{ id: string }>('SELECT id FROM cdr.rejected_record LIMIT 1');
    const nodes = await nodesOf(LIST_RECORDS, [...filterValues({}), row?.id, 200]);
    expect(nodes.filter((node) => node.startsWith('Seq Scan'))).toEqual([]);
  });

  it('what the buckets brought of a batch is found along the indexes', async () => {
    const nodes = await nodesOf(READ_SHARES, [['00000000-0000-4000-8000-000000000000']]);
    expect(nodes.filter((node) => node.startsWith('Seq Scan call_record_2'))).toEqual([]);
  });

  it('an operation of any size goes page by page: each has its event, and all records their step', async () => {
    const records = Array.from({ length: IN_ONE_OPERATION }, (_unused, n) =>
      call(`bulk-${n}`, { from: NUMBER }),
    );
    await world.store('file:bulk', records);
    await world.loadNewcomer('N5', NUMBER);
    let told = 0;
    const filter = { code: 'unknown-account', origin: 'file:bulk' } as const;
    const report = acceptedOrThrow(
      await world.commands.execute(
        new RedriveQuarantined({ filter }, 'finance', { onProgress: () => (told += 1) }),
      ),
    );
    expect(report).toMatchObject({ records: IN_ONE_OPERATION, accepted: IN_ONE_OPERATION });
    expect(report.results).toHaveLength(200);
    const [events] = await world.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM es.event WHERE stream_id = $1',
      [`quarantine-${report.operation}`],
    );
    expect([events?.n, told]).toEqual([2, 2]);
    const discarded = acceptedOrThrow(
      await world.commands.execute(
        new DiscardQuarantined({ filter: { origin: 'file:old-7' } }, 'old', 'finance', { expected: 1_000 }),
      ),
    );
    expect(discarded).toMatchObject({ discarded: 1_000, alreadyClosed: 0 });
    const [left] = await world.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM ingest.quarantine WHERE origin = 'file:old-7' AND status = 'open'",
    );
    expect(left?.n).toBe(0);
  });

  it('a stopped operation leaves what it has not come to', async () => {
    const stopping = new AbortController();
    const filter = { origin: 'file:old-8' };
    const report = acceptedOrThrow(
      await world.commands.execute(
        new DiscardQuarantined({ filter }, 'old', 'finance', {
          expected: 1_000,
          signal: stopping.signal,
          onProgress: () => stopping.abort(),
        }),
      ),
    );
    expect(report.discarded).toBe(RECORDS_PER_PAGE);
  });
});
