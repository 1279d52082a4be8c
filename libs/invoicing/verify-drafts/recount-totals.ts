import { isDeepStrictEqual } from 'node:util';
import type { Queryable } from '#platform/database/database.js';
import type { ControlTotals } from '../domain/control-totals.js';
import type { BillRunRow } from '../store/bill-run-reader.js';
import type { Recount } from './recount.js';

/** The control totals of a run against the sums of its stored drafts, figure by figure. */
export async function recountTotals(reader: Queryable, run: BillRunRow): Promise<Recount> {
  const parts = [
    await compareTotals(reader, run, 'ready', run.totals.ready),
    await compareTotals(reader, run, 'parked', run.totals.parked),
  ];
  return {
    compared: parts.reduce((sum, part) => sum + part.compared, 0),
    differences: parts.flatMap((part) => part.differences),
  };
}

async function compareTotals(
  reader: Queryable,
  run: BillRunRow,
  which: 'ready' | 'parked',
  totals: ControlTotals,
): Promise<Recount> {
  const parameters = [run.build, which === 'parked'];
  const [sums] = await reader.query<Omit<ControlTotals, 'vat' | 'usage'>>(SUMS, parameters);
  const vat = await reader.query<ControlTotals['vat'][number]>(VAT, parameters);
  const usage = await reader.query<ControlTotals['usage'][number]>(USAGE, parameters);
  const recounted = new Map(Object.entries({ ...sums, vat, usage }));
  const stated = Object.entries(totals);
  return {
    compared: stated.length,
    differences: stated
      .filter(([figure, value]) => !isDeepStrictEqual(value, recounted.get(figure)))
      .map(
        ([figure, value]) =>
          `${which} ${figure}: the run says ${JSON.stringify(value)}, its drafts give ${JSON.stringify(recounted.get(figure))}`,
      ),
  };
}

const LINES = `invoicing.draft_line l JOIN invoicing.draft d ON d.build = l.build AND d.account = l.account
  WHERE l.build = $1 AND d.parked = $2`;

const SUMS = `
  SELECT (SELECT count(DISTINCT l.account) FROM ${LINES} AND l.charged) AS documents,
    (SELECT coalesce(sum(l.net), 0)::bigint FROM ${LINES} AND l.charged AND l.kind = 'subscription') AS "subscriptionFees",
    (SELECT coalesce(sum(l.net), 0)::bigint FROM ${LINES} AND l.charged AND l.kind = 'add-on') AS "addOnFees",
    (SELECT coalesce(sum(l.net), 0)::bigint FROM ${LINES} AND l.charged AND l.kind = 'usage') AS "usageNet",
    coalesce(sum(net), 0)::bigint AS net, coalesce(sum(vat_total), 0)::bigint AS "vatTotal", coalesce(sum(total), 0)::bigint AS total
  FROM invoicing.draft WHERE build = $1 AND parked = $2`;

const VAT = `
  SELECT c.key, c.rate, sum(c.net)::bigint AS net, sum(c.vat)::bigint AS vat
  FROM invoicing.draft d CROSS JOIN jsonb_to_recordset(d.vat) AS c(key text, rate integer, net bigint, vat bigint)
  WHERE d.build = $1 AND d.parked = $2 GROUP BY c.key, c.rate ORDER BY c.key COLLATE "C", c.rate`;

const USAGE = `
  SELECT l.class, sum(l.calls)::bigint AS calls, sum(l.covered_calls)::bigint AS "coveredCalls", sum(l.seconds)::bigint AS seconds,
    sum(l.charge)::bigint AS charge, sum(l.net)::bigint AS net
  FROM ${LINES} AND l.kind = 'usage' GROUP BY l.class ORDER BY l.class COLLATE "C"`;
