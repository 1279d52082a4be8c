import { AMSTERDAM } from '#calendar/billing-zone.js';
import { type Period, firstDayOf, lastDayOf, nextPeriod } from '#calendar/local-date.js';
import { bigintArray, integerArray } from '#platform/database/binary-array.js';
import type { Queryable } from '#platform/database/database.js';
import { bucketOf } from '#platform/identity/ids.js';
import type { BillRunRow } from '../store/bill-run-reader.js';
import { LONGEST_CALL, SECONDS_IN_MONTH, USAGE_CLASS } from '../store/test-calls.js';
import type { CatalogueRows } from './catalogue-rows.js';

/** One comparison: what it looked at, and what differs. */
export interface Recount {
  readonly compared: number;
  readonly differences: readonly string[];
}

interface RecountRow {
  readonly compared: number;
  readonly differences: readonly string[] | null;
}

/**
 * Usage lines of accounts against their calls with the ratings that the run's cursor had, added up by SQL. An account without a draft
 * must have nothing that charges.
 */
export async function recountUsage(
  reader: Queryable,
  run: BillRunRow,
  accounts: readonly string[],
): Promise<Recount> {
  const buckets = accounts.map(bucketOf);
  return resultOf(
    await reader.query<RecountRow>(USAGE, [
      run.build,
      accounts,
      integerArray(buckets),
      bigintArray(buckets.map((bucket) => run.logCursor[bucket] ?? 0)),
      AMSTERDAM.startOfDay(firstDayOf(run.period)),
      AMSTERDAM.startOfDay(firstDayOf(nextPeriod(run.period))),
    ]),
  );
}

/** Fee lines of accounts, day by day, against the terms, users and prices that were known at the run's reference position. */
export async function recountFees(
  reader: Queryable,
  run: BillRunRow,
  accounts: readonly string[],
  catalogue: CatalogueRows,
): Promise<Recount> {
  return resultOf(
    await reader.query<RecountRow>(FEES, [
      run.build,
      accounts,
      run.referencePosition,
      firstDayOf(run.period),
      lastDayOf(run.period),
      JSON.stringify(catalogue.plans),
      JSON.stringify(catalogue.addOns),
      AMSTERDAM.name,
    ]),
  );
}

/** Every line's own arithmetic and VAT rate, and that drafts are the sums of their lines. */
export async function recountDocuments(
  reader: Queryable,
  run: { readonly build: string; readonly period: Period },
  accounts: readonly string[],
  catalogue: CatalogueRows,
): Promise<Recount> {
  return resultOf(
    await reader.query<RecountRow>(DOCUMENTS, [
      run.build,
      accounts,
      lastDayOf(run.period),
      JSON.stringify(catalogue.rates),
    ]),
  );
}

function resultOf([row]: readonly RecountRow[]): Recount {
  return { compared: row?.compared ?? 0, differences: row?.differences ?? [] };
}

/** A hundred sentences are enough to see what is wrong. */
const SENTENCES = `(SELECT array_agg(sentence) FROM (SELECT sentence FROM different ORDER BY sentence LIMIT 100) first) AS differences`;

const USAGE = `
  WITH logged AS (
    SELECT account, class, count(*) FILTER (WHERE begun) AS calls, count(*) FILTER (WHERE begun AND covered) AS covered_calls,
      sum(seconds)::bigint AS seconds, coalesce(sum(charge) FILTER (WHERE begun), 0)::bigint AS charge,
      coalesce(sum(regular_charge) FILTER (WHERE begun), 0)::bigint AS regular_charge
    FROM (
      SELECT c.account_id AS account, c.started_at >= m.begins AS begun, ${SECONDS_IN_MONTH} AS seconds, ${USAGE_CLASS} AS class,
        coalesce(r.charge, c.charge) AS charge, coalesce(r.regular_charge, c.regular_charge) AS regular_charge,
        coalesce(r.covered, c.covered) AS covered
      FROM unnest($2::text[], $3::int[], $4::bigint[]) AS a(account, bucket, seq)
      CROSS JOIN (SELECT to_timestamp($5::double precision / 1000) AS begins, to_timestamp($6::double precision / 1000) AS ends) m
      JOIN cdr.call_record c ON c.bucket = a.bucket AND c.account_id = a.account AND c.seq <= a.seq
        AND c.started_at >= m.begins - ${LONGEST_CALL} AND c.started_at < m.ends AND NOT c.test
      LEFT JOIN LATERAL (
        SELECT r.* FROM cdr.call_rating r WHERE r.bucket = c.bucket AND r.call_key = c.call_key AND r.seq <= a.seq ORDER BY r.seq DESC LIMIT 1
      ) r ON true
    ) calls
    GROUP BY account, class HAVING count(*) FILTER (WHERE begun) > 0 OR sum(seconds) > 0
  ), expected AS (
    SELECT l.*, EXISTS (SELECT FROM invoicing.draft d WHERE d.build = $1 AND d.account = l.account) AS drafted FROM logged l
  ), stored AS (
    SELECT account, class, calls, covered_calls, seconds, charge, regular_charge FROM invoicing.draft_line
    WHERE build = $1 AND account = ANY ($2) AND kind = 'usage'
  ), different AS (
    SELECT format('%s, usage %s: the draft has %s, the log %s', coalesce(s.account, e.account), coalesce(s.class, e.class),
      CASE WHEN s.account IS NULL THEN 'nothing'
        ELSE format('%s calls, %s covered, %s s, charge %s of %s', s.calls, s.covered_calls, s.seconds, s.charge, s.regular_charge) END,
      CASE WHEN e.account IS NULL THEN 'nothing'
        ELSE format('%s calls, %s covered, %s s, charge %s of %s', e.calls, e.covered_calls, e.seconds, e.charge, e.regular_charge) END
      ) AS sentence
    FROM stored s FULL JOIN expected e ON e.account = s.account AND e.class = s.class
    WHERE (s.account IS NULL AND (e.drafted OR e.charge <> 0)) OR e.account IS NULL
      OR (s.account IS NOT NULL AND (s.calls, s.covered_calls, s.seconds, s.charge, s.regular_charge)
        IS DISTINCT FROM (e.calls, e.covered_calls, e.seconds, e.charge, e.regular_charge))
  )
  SELECT (SELECT count(*) FROM expected) AS compared, ${SENTENCES}`;

const FEES = `
  WITH days AS (SELECT day::date AS day FROM generate_series($4::date, $5::date, interval '1 day') AS day
  ), users AS (
    SELECT u.account, d.day, count(*) AS users FROM accounts.user_assignment u
    JOIN days d ON (u.valid_from AT TIME ZONE $8)::date <= d.day AND (u.valid_to IS NULL OR (u.valid_to AT TIME ZONE $8)::date > d.day)
    WHERE u.account = ANY ($2) AND NOT u.test AND u.known_from <= $3 AND (u.known_to IS NULL OR u.known_to > $3)
      AND EXISTS (SELECT FROM accounts.add_on h WHERE h.account = u.account)
    GROUP BY u.account, d.day
  ), expected AS (
    SELECT t.account, t.subscription AS thing, t.plan || ' x ' || t.seats AS terms, d.day, p.price
    FROM accounts.subscription t
    JOIN days d ON t.valid_from <= d.day AND (t.valid_to IS NULL OR t.valid_to > d.day)
    JOIN jsonb_to_recordset($6::jsonb) AS p(plan text, from_day date, through_day date, price bigint)
      ON p.plan = t.plan AND d.day BETWEEN p.from_day AND p.through_day
    WHERE t.account = ANY ($2) AND t.known_from <= $3 AND (t.known_to IS NULL OR t.known_to > $3)
    UNION ALL
    SELECT h.account, h.add_on, coalesce(h.retention_days::text, 'no') || ' days x ' || coalesce(u.users, 0), d.day,
      p.price + ceil(greatest(0, coalesce(h.retention_days, 0) - p.included_days) / 30.0)::bigint * p.block_price
    FROM accounts.add_on h
    JOIN days d ON h.valid_from <= d.day AND (h.valid_to IS NULL OR h.valid_to > d.day)
    JOIN jsonb_to_recordset($7::jsonb) AS p(add_on text, from_day date, through_day date, price bigint, included_days integer, block_price bigint)
      ON p.add_on = h.add_on AND d.day BETWEEN p.from_day AND p.through_day
    LEFT JOIN users u ON u.account = h.account AND u.day = d.day
    WHERE h.account = ANY ($2) AND h.known_from <= $3 AND (h.known_to IS NULL OR h.known_to > $3)
  ), stored AS (
    SELECT l.account, coalesce(l.subscription, l.add_on) AS thing,
      CASE l.kind WHEN 'subscription' THEN l.plan ELSE coalesce(l.retention_days::text, 'no') || ' days' END || ' x ' || l.seats AS terms,
      day::date AS day, l.price_per_seat AS price
    FROM invoicing.draft_line l CROSS JOIN generate_series(l.from_day, l.through_day, interval '1 day') AS day
    WHERE l.build = $1 AND l.account = ANY ($2) AND l.kind <> 'usage'
  ), owed AS (
    SELECT * FROM expected e WHERE EXISTS (SELECT FROM invoicing.draft d WHERE d.build = $1 AND d.account = e.account) OR e.price <> 0
  ), different AS (
    SELECT format('%s, %s: %s for %s at %s micro-euros from %s on (%s days) is %s', account, thing, side, terms, price, min(day), count(*),
      CASE side WHEN 'a fee' THEN 'owed and not in the draft' ELSE 'in the draft and not owed' END) AS sentence
    FROM (
      SELECT 'a fee' AS side, o.* FROM (SELECT account, thing, terms, day, price FROM owed EXCEPT ALL SELECT * FROM stored) o
      UNION ALL
      SELECT 'a line', s.* FROM (SELECT * FROM stored EXCEPT ALL SELECT account, thing, terms, day, price FROM expected) s
    ) one GROUP BY account, thing, side, terms, price
  )
  SELECT (SELECT count(*) FROM expected) AS compared, ${SENTENCES}`;

/** round() of numeric is half away from zero, as documents round. */
const DOCUMENTS = `
  WITH lines AS (
    SELECT l.*, CASE WHEN l.vat = 'reverse-charge' THEN 0 ELSE v.rate END AS right_rate,
      CASE l.kind WHEN 'usage' THEN round(l.charge / 10000::numeric)
        ELSE round(l.price_per_seat::numeric * l.seats * (l.through_day - l.from_day + 1) / (extract(day FROM $3::date) * 10000)) END AS right_net
    FROM invoicing.draft_line l
    LEFT JOIN jsonb_to_recordset($4::jsonb) AS v(key text, from_day date, through_day date, rate integer)
      ON v.key = l.vat AND coalesce(l.through_day, $3::date) BETWEEN v.from_day AND v.through_day
    WHERE l.build = $1 AND l.account = ANY ($2)
  ), categories AS (
    SELECT account, vat, vat_rate, sum(net) AS net, round(sum(net) * vat_rate / 10000::numeric) AS vat_amount
    FROM lines WHERE charged GROUP BY account, vat, vat_rate
  ), sums AS (
    SELECT account, sum(net)::bigint AS net, sum(vat_amount)::bigint AS vat_total,
      jsonb_agg(jsonb_build_array(vat, vat_rate, net::bigint, vat_amount::bigint) ORDER BY vat COLLATE "C", vat_rate) AS vat
    FROM categories GROUP BY account
  ), drafts AS (
    SELECT d.account, d.net, d.vat_total, d.total, d.parked, coalesce((SELECT jsonb_agg(jsonb_build_array(c.value -> 'key', c.value -> 'rate',
        c.value -> 'net', c.value -> 'vat') ORDER BY c.ordinality) FROM jsonb_array_elements(d.vat) WITH ORDINALITY c), '[]') AS vat,
      EXISTS (SELECT FROM invoicing.parked_reason r WHERE r.build = d.build AND r.account = d.account) AS has_reasons
    FROM invoicing.draft d WHERE d.build = $1 AND d.account = ANY ($2)
  ), different AS (
    SELECT format('%s, line %s (%s): net is %s cents, its own figures give %s', account, line, kind, net, right_net) AS sentence
    FROM lines WHERE net <> right_net
    UNION ALL
    SELECT format('%s, line %s (%s): VAT rate of %s is %s, the catalogue has %s', account, line, kind, vat, vat_rate, coalesce(right_rate::text, 'none'))
    FROM lines WHERE vat_rate IS DISTINCT FROM right_rate
    UNION ALL
    SELECT format('%s: the draft says net %s, VAT %s, total %s, categories %s; its lines give %s, %s, %s, %s', coalesce(d.account, s.account),
      d.net, d.vat_total, d.total, d.vat, coalesce(s.net, 0), coalesce(s.vat_total, 0), coalesce(s.net + s.vat_total, 0), coalesce(s.vat, '[]'))
    FROM drafts d FULL JOIN sums s ON s.account = d.account
    WHERE (d.net, d.vat_total, d.total, d.vat) IS DISTINCT FROM
      (coalesce(s.net, 0), coalesce(s.vat_total, 0), coalesce(s.net + s.vat_total, 0), coalesce(s.vat, '[]'))
    UNION ALL
    SELECT format('%s is parked: %s, but has reasons: %s', account, parked, has_reasons) FROM drafts WHERE parked <> has_reasons
  )
  SELECT (SELECT count(*) FROM lines) + (SELECT count(*) FROM drafts) AS compared, ${SENTENCES}`;
