import type { Queryable } from '../database/database.js';

/**
 * Before a commit: a transaction wrote hot rows of one bucket, or reference tables, or coordinator tables, and only declared
 * ones (scale-out rules 1 and 3).
 * @throws Error that names the tables, which rolls the transaction back and fails the test
 */
export async function assertOneKindPerTransaction(transaction: Queryable): Promise<void> {
  const written = await tablesWritten(transaction);
  const undeclared = written.filter((table) => table.kind === null);
  if (undeclared.length > 0) {
    throw new Error(`Written, but not declared in platform.placement: ${names(undeclared)}`);
  }
  if (new Set(written.map((table) => table.kind)).size > 1) {
    throw new Error(
      `One transaction wrote ${written.map((table) => `${table.relation} (${table.kind})`).join(', ')}`,
    );
  }
  const buckets = new Set<number>();
  for (const table of written.filter((one) => one.kind === 'hot')) {
    const rows = await transaction.query<{ bucket: number }>(
      `SELECT DISTINCT bucket FROM ${table.relation} WHERE xmin = pg_current_xact_id()::xid`,
    );
    for (const row of rows) buckets.add(row.bucket);
  }
  if (buckets.size > 1) {
    throw new Error(`One transaction wrote buckets ${[...buckets].join(', ')} of ${names(written)}`);
  }
}

/**
 * The server's counters also hold what the connection's earlier transactions have not reported yet, so each candidate is
 * looked at for rows of this transaction. Rows only removed are not seen.
 */
async function tablesWritten(transaction: Queryable): Promise<{ relation: string; kind: string | null }[]> {
  await transaction.query('SELECT pg_stat_force_next_flush()');
  const candidates = await transaction.query<{ relation: string; kind: string | null }>(CANDIDATES);
  const written = [];
  for (const table of candidates) {
    const [row] = await transaction.query<{ found: boolean }>(
      `SELECT EXISTS (SELECT FROM ${table.relation} WHERE xmin = pg_current_xact_id()::xid) AS found`,
    );
    if (row?.found === true) written.push(table);
  }
  return written;
}

function names(tables: readonly { relation: string }[]): string {
  return tables.map((table) => table.relation).join(', ');
}

const CANDIDATES = `
  SELECT DISTINCT coalesce(pg_partition_root(s.relid), s.relid)::regclass::text AS relation, p.kind
  FROM pg_stat_xact_user_tables s
  LEFT JOIN platform.placement p ON p.relation::regclass = coalesce(pg_partition_root(s.relid), s.relid)
  WHERE s.n_tup_ins + s.n_tup_upd + s.n_tup_del > 0
    AND s.schemaname NOT LIKE 'pg_temp%'`;
