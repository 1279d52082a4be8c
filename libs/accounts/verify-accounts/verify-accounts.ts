import type { Check } from '#platform/verification/check.js';
import { DifferenceList } from '#platform/verification/difference-list.js';
import type { VerifiedDatabase } from '#platform/verification/verified-database.js';

/**
 * The accounts against the events by which they were registered and changed, in one snapshot. Names, numbers, users and add-ons are in no
 * event, since they are personal or follow from the file; of them only the fingerprint of the record can be compared.
 */
export async function verifyAccounts(database: VerifiedDatabase): Promise<Check> {
  return database.snapshot(async (snapshot) => {
    const found = new DifferenceList();
    const [counted] = await snapshot.query<{ accounts: number }>(
      'SELECT count(*) AS accounts FROM accounts.account',
    );
    found.compared(counted?.accounts ?? 0);
    for (const { sentence } of await snapshot.query<{ sentence: string }>(COMPARE, [found.room]))
      found.add(sentence);
    return found.asCheck('accounts');
  });
}

const COMPARE = `
  WITH registered AS (
    SELECT data ->> 'account' AS id, data ->> 'reseller' AS reseller, position, data ->> 'fingerprint' AS fingerprint
    FROM es.event WHERE event_type = 'account.registered'),
  latest AS (
    SELECT DISTINCT ON (data ->> 'account') data ->> 'account' AS id, data ->> 'fingerprint' AS fingerprint
    FROM es.event WHERE event_type IN ('account.registered', 'account.changed') ORDER BY data ->> 'account', position DESC)
  SELECT format('account %s: %s', id, CASE
      WHEN a.position IS NULL THEN 'it was registered, but its row is missing'
      WHEN r.position IS NULL THEN 'there is a row, but it was never registered'
      WHEN a.position <> r.position THEN format('its row is of position %s, it was registered at %s', a.position, r.position)
      WHEN a.reseller IS DISTINCT FROM r.reseller THEN format('its reseller is %s, it was registered under %s',
        coalesce(a.reseller, 'none'), coalesce(r.reseller, 'none'))
      ELSE 'its record is not the one that was loaded last' END) AS sentence
  FROM accounts.account a FULL JOIN registered r USING (id) LEFT JOIN latest l USING (id)
  WHERE a.position IS DISTINCT FROM r.position OR a.reseller IS DISTINCT FROM r.reseller OR a.fingerprint IS DISTINCT FROM l.fingerprint
  ORDER BY id LIMIT $1`;
