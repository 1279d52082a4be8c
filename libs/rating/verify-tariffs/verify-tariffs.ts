import type { LocalDate } from '#calendar/local-date.js';
import type { Queryable } from '#platform/database/database.js';
import type { Check } from '#platform/verification/check.js';
import { DifferenceList } from '#platform/verification/difference-list.js';
import type { VerifiedDatabase } from '#platform/verification/verified-database.js';
import { tariffFingerprint } from '../domain/tariff-fingerprint.js';
import { readPublishedVersion } from '../store/tariff-store.js';

/** Every published tariff version as stored, against the fingerprint in the event that published it: a changed price is found. */
export async function verifyTariffs(database: VerifiedDatabase): Promise<Check> {
  return database.snapshot(async (snapshot) => {
    const found = new DifferenceList();
    for (const published of await snapshot.query<PublishedRow>(READ_PUBLISHED)) {
      found.compared(1);
      const problem = await problemOf(snapshot, published);
      if (problem !== undefined)
        found.add(`tariff ${published.tariff} of ${published.valid_from}: ${problem}`);
    }
    return found.asCheck('tariffs');
  });
}

interface PublishedRow {
  readonly tariff: string;
  readonly valid_from: LocalDate;
  readonly position: number;
  readonly fingerprint: string | null;
  readonly published: string | null;
  readonly prefixes: number | null;
}

async function problemOf(snapshot: Queryable, published: PublishedRow): Promise<string | undefined> {
  if (published.published === null) return `event ${published.position} did not publish it`;
  if (published.fingerprint === null) return 'it was published, but is not listed as such';
  const stored = await readPublishedVersion(snapshot, published.tariff, published.valid_from);
  if (stored === undefined) return 'it was published, but is not stored';
  if (stored.rates.length !== published.prefixes)
    return `it has ${stored.rates.length} prefixes, ${published.prefixes} were published`;
  if (tariffFingerprint(stored) !== published.published)
    return 'its prices, periods or decimals are not what was published';
  return stored.fingerprint === published.published && published.fingerprint === published.published
    ? undefined
    : 'its fingerprint is not the published one';
}

const READ_PUBLISHED = `
  SELECT coalesce(p.tariff, e.data ->> 'tariff') AS tariff, coalesce(p.valid_from, (e.data ->> 'validFrom')::date) AS valid_from, position,
    p.fingerprint, e.data ->> 'fingerprint' AS published, (e.data ->> 'prefixes')::int AS prefixes
  FROM rating.tariff_published p
  FULL JOIN (SELECT position, data FROM es.event WHERE event_type = 'tariff.version-published') e USING (position)
  ORDER BY position`;
