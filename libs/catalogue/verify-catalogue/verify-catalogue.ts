import type { LocalDate } from '#calendar/local-date.js';
import type { Check } from '#platform/verification/check.js';
import { DifferenceList } from '#platform/verification/difference-list.js';
import type { VerifiedDatabase } from '#platform/verification/verified-database.js';
import { catalogueFingerprint, parseCatalogue } from '../domain/parse-catalogue.js';

/** Every version of the catalogue as stored, read again, against the fingerprint in the event that published it. */
export async function verifyCatalogue(database: VerifiedDatabase): Promise<Check> {
  return database.snapshot(async (snapshot) => {
    const found = new DifferenceList();
    const versions = await snapshot.query<VersionRow>(READ_VERSIONS);
    for (const version of versions) {
      found.compared(1);
      const problem = problemOf(version);
      const name = version.valid_from ?? version.published_valid_from ?? 'the beginning';
      if (problem !== undefined) found.add(`catalogue from ${name}: ${problem}`);
    }
    return found.asCheck('catalogue');
  });
}

interface VersionRow {
  readonly position: number;
  readonly valid_from: LocalDate | null;
  readonly source: string | null;
  readonly fingerprint: string | null;
  readonly published_valid_from: LocalDate | null;
  readonly published: string | null;
}

function problemOf(version: VersionRow): string | undefined {
  if (version.source === null) return 'it was published, but is not stored';
  if (version.published === null) return `it is stored, but event ${version.position} published no catalogue`;
  if (version.valid_from !== version.published_valid_from)
    return `it was published as the one from ${version.published_valid_from ?? 'the beginning'}`;
  const parsed = parseCatalogue(version.source);
  if (!parsed.ok) return `it can't be read any more: ${parsed.refusal.message}`;
  if (catalogueFingerprint(parsed.value) !== version.published)
    return 'its content is not what was published';
  if (version.fingerprint !== version.published) return 'its fingerprint is not the published one';
  return parsed.value.validFrom === version.valid_from ? undefined : 'its content says another first day';
}

const READ_VERSIONS = `
  SELECT position, v.valid_from, v.source, v.fingerprint, (e.data ->> 'validFrom')::date AS published_valid_from,
    e.data ->> 'fingerprint' AS published
  FROM catalogue.catalogue_version v
  FULL JOIN (SELECT position, data FROM es.event WHERE event_type = 'catalogue.version-published') e USING (position)
  ORDER BY position`;
