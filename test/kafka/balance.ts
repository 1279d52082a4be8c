import { localDate } from '#calendar/local-date.js';
import { reconcileIntake } from '#call-log/reconcile/reconcile-intake.js';
import type { Queryable } from '#platform/database/database.js';
import type { VerifiedDatabase } from '#platform/verification/verified-database.js';

/** What the log has of a source that is named as its topic, and how many calls the whole log has. */
export async function intakeTotals(reader: Queryable, source: string) {
  const stored = await reader.query<{ id: string }>(
    'SELECT call_id AS id FROM cdr.call_record WHERE source = $1 ORDER BY call_id COLLATE "C"',
    [source],
  );
  const open = await reader.query<{ id: string }>(
    'SELECT call_id AS id FROM cdr.open_call WHERE source = $1 ORDER BY call_id COLLATE "C"',
    [source],
  );
  const [log] = await reader.query<{ calls: number }>('SELECT count(*)::int AS calls FROM cdr.call_record');
  return { stored: stored.map(({ id }) => id), open: open.map(({ id }) => id), logCalls: log?.calls ?? 0 };
}

/** Both sides of the reconciliation of a topic, to the record. */
export async function kafkaBalance(reader: Queryable, topic: string) {
  const [row] = await reader.query(
    `SELECT (SELECT coalesce(sum(read), 0)::int FROM ingest.read_count WHERE topic = $1) AS read,
       ((SELECT coalesce(sum(unassigned), 0) FROM ingest.read_count WHERE topic = $1)
         + (SELECT coalesce(sum(accepted + opened + duplicates + rejected), 0) FROM cdr.kafka_count WHERE topic = $1))::int AS fates,
       (SELECT coalesce(sum(calls), 0)::int FROM usage.current) AS "usageCalls",
       (SELECT count(*)::int FROM cdr.bucket_head h WHERE h.last_seq <> (SELECT count(*) FROM cdr.call_record c WHERE c.bucket = h.bucket)) AS gaps`,
    [topic],
  );
  return row;
}

/**
 * Differences per partition, day and source, and whatever `fairline reconcile` finds in everything that ever came in: empty when everything
 * read is accounted for.
 */
export async function kafkaDifferences(database: VerifiedDatabase, topic: string): Promise<unknown[]> {
  const { differences } = await reconcileIntake(database, localDate('2000-01-01'), localDate('2099-12-31'));
  const rows = await database.query(
    `SELECT coalesce(r.kafka_partition, k.kafka_partition) AS partition, coalesce(r.day, k.day)::text AS day, coalesce(r.source, k.source) AS source,
       coalesce(r.read, 0) AS read, coalesce(r.unassigned, 0) + coalesce(k.fates, 0) AS fates
     FROM (SELECT * FROM ingest.read_count WHERE topic = $1) r
     FULL JOIN (SELECT kafka_partition, day, source, sum(accepted + opened + duplicates + rejected) AS fates
       FROM cdr.kafka_count WHERE topic = $1 GROUP BY 1, 2, 3) k USING (kafka_partition, day, source)
     WHERE coalesce(r.read, 0) <> coalesce(r.unassigned, 0) + coalesce(k.fates, 0)`,
    [topic],
  );
  return [...rows, ...differences];
}
