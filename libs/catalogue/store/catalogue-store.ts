import type { LocalDate } from '#calendar/local-date.js';
import type { Instant } from '#calendar/instant.js';
import type { Queryable, Transaction } from '#platform/database/database.js';
import type { Catalogue } from '../domain/catalogue.js';
import { CatalogueTimeline } from '../domain/catalogue-timeline.js';
import { parseCatalogue } from '../domain/parse-catalogue.js';

/** The versions of the catalogue as known at a position of the event store. */
export async function readCatalogue(reader: Queryable, position: number): Promise<CatalogueTimeline> {
  const rows = await reader.query<{ valid_from: LocalDate | null; source: string }>(
    'SELECT valid_from, source FROM catalogue.catalogue_version WHERE position <= $1 ORDER BY valid_from NULLS FIRST',
    [position],
  );
  return new CatalogueTimeline(rows.map((row) => fromSource(row.source, row.valid_from)));
}

function fromSource(source: string, validFrom: LocalDate | null): Catalogue {
  const parsed = parseCatalogue(source);
  if (!parsed.ok) {
    throw new Error(
      `The stored catalogue of ${validFrom ?? 'the beginning'} is not read any more: ${parsed.refusal.message}`,
    );
  }
  return parsed.value;
}

/** The fingerprint of the version that begins on a day; undefined when there is none. */
export async function fingerprintOfVersion(
  reader: Queryable,
  validFrom: LocalDate | null,
): Promise<string | undefined> {
  const [row] = await reader.query<{ fingerprint: string }>(
    'SELECT fingerprint FROM catalogue.catalogue_version WHERE valid_from IS NOT DISTINCT FROM $1',
    [validFrom],
  );
  return row?.fingerprint;
}

export async function writeVersion(
  transaction: Transaction,
  version: {
    validFrom: LocalDate | null;
    fingerprint: string;
    source: string;
    position: number;
    loadedAt: Instant;
  },
): Promise<void> {
  await transaction.query(
    `INSERT INTO catalogue.catalogue_version (valid_from, fingerprint, source, position, loaded_at)
     VALUES ($1, $2, $3, $4, to_timestamp($5::double precision / 1000))`,
    [version.validFrom, version.fingerprint, version.source, version.position, version.loadedAt],
  );
}
