import type { LocalDate } from '#calendar/local-date.js';
import type { Instant } from '#calendar/instant.js';
import { microEuros } from '#money/money.js';
import { bigintArray, textArray } from '#platform/database/binary-array.js';
import type { Database, Queryable, Transaction } from '#platform/database/database.js';
import type { PrefixRate, TariffVersion } from '../domain/tariff.js';
import { TariffBook } from '../domain/tariff-book.js';

/** The published tariffs as known at a position of the event store, compiled for rating. */
export async function readTariffBook(reader: Queryable, position: number): Promise<TariffBook> {
  const versions = await reader.query<VersionRow>(
    `SELECT v.tariff, v.valid_from, v.fingerprint, v.charge_decimals, v.periods
     FROM rating.tariff_version v JOIN rating.tariff_published p USING (tariff, valid_from, fingerprint)
     WHERE p.position <= $1`,
    [position],
  );
  const complete: TariffVersion[] = [];
  for (const version of versions) complete.push(await withPrefixes(reader, version));
  return new TariffBook(complete);
}

interface VersionRow {
  readonly tariff: string;
  readonly valid_from: LocalDate;
  readonly fingerprint: string;
  readonly charge_decimals: number;
  readonly periods: TariffVersion['periods'];
}

async function withPrefixes(reader: Queryable, version: VersionRow): Promise<TariffVersion> {
  const rows = await reader.query<Record<string, unknown>>(
    `SELECT prefix, destination, class, connect_fee_micro, maximum_charge_micro, bands
     FROM rating.tariff_prefix WHERE tariff = $1 AND valid_from = $2 ORDER BY prefix`,
    [version.tariff, version.valid_from],
  );
  return {
    tariff: version.tariff,
    validFrom: version.valid_from,
    chargeDecimals: version.charge_decimals,
    fingerprint: version.fingerprint,
    periods: version.periods,
    rates: rows.map((row) => ({
      prefix: row.prefix as string,
      destination: row.destination as string,
      class: row.class as string,
      connectFee: microEuros(row.connect_fee_micro as number),
      maximumCharge:
        row.maximum_charge_micro === null ? null : microEuros(row.maximum_charge_micro as number),
      bands: row.bands as PrefixRate['bands'],
    })),
  };
}

/** Fingerprints of the published versions of some tariffs, by `tariff valid_from`. */
export async function publishedFingerprints(
  reader: Queryable,
  tariffs: readonly string[],
): Promise<Map<string, string>> {
  const rows = await reader.query<{ tariff: string; valid_from: string; fingerprint: string }>(
    'SELECT tariff, valid_from, fingerprint FROM rating.tariff_published WHERE tariff = ANY ($1)',
    [tariffs],
  );
  return new Map(rows.map((row) => [`${row.tariff} ${row.valid_from}`, row.fingerprint]));
}

/** The rates of one published version, to say which rows of another load differ. */
export async function readPublishedVersion(
  reader: Queryable,
  tariff: string,
  validFrom: LocalDate,
): Promise<TariffVersion | undefined> {
  const [version] = await reader.query<VersionRow>(
    'SELECT tariff, valid_from, fingerprint, charge_decimals, periods FROM rating.tariff_version WHERE tariff = $1 AND valid_from = $2',
    [tariff, validFrom],
  );
  return version === undefined ? undefined : withPrefixes(reader, version);
}

/**
 * Writes the rates of versions that are not published yet. Reference tables are written in a transaction of their own; the versions
 * count from their publication on, so a crash in between leaves rows that the next load replaces.
 */
export async function writeUnpublishedVersions(
  database: Database,
  versions: readonly TariffVersion[],
): Promise<void> {
  await database.transaction(async (transaction) => {
    await lockTariffs(transaction);
    for (const version of versions) await writeVersion(transaction, version);
  });
}

const TARIFF_LOCK = 7_310_048;

/**
 * Held to the end of the transaction by who writes rates and by who publishes them: rates that are being published can't be replaced by
 * another load of the same version.
 */
export async function lockTariffs(transaction: Transaction): Promise<void> {
  await transaction.query('SELECT pg_advisory_xact_lock($1)', [TARIFF_LOCK]);
}

/** Whether the rates in the database are this version's; another load may have put its own there before either was published. */
export async function ratesAreThere(transaction: Transaction, version: TariffVersion): Promise<boolean> {
  const rows = await transaction.query(
    'SELECT FROM rating.tariff_version WHERE tariff = $1 AND valid_from = $2 AND fingerprint = $3',
    [version.tariff, version.validFrom, version.fingerprint],
  );
  return rows.length === 1;
}

async function writeVersion(transaction: Transaction, version: TariffVersion): Promise<void> {
  const [published] = await transaction.query(
    'SELECT fingerprint FROM rating.tariff_published WHERE tariff = $1 AND valid_from = $2',
    [version.tariff, version.validFrom],
  );
  // Somebody published it in between: its rates never change; the publication that follows sees whether it is the same.
  if (published !== undefined) return;
  await transaction.query('DELETE FROM rating.tariff_version WHERE tariff = $1 AND valid_from = $2', [
    version.tariff,
    version.validFrom,
  ]);
  await transaction.query(
    'INSERT INTO rating.tariff_version (tariff, valid_from, fingerprint, charge_decimals, periods) VALUES ($1, $2, $3, $4, $5)',
    [
      version.tariff,
      version.validFrom,
      version.fingerprint,
      version.chargeDecimals,
      JSON.stringify(version.periods),
    ],
  );
  const { rates } = version;
  await transaction.query(
    `INSERT INTO rating.tariff_prefix (tariff, valid_from, prefix, destination, class, connect_fee_micro, maximum_charge_micro, bands)
     SELECT $1, $2, r.prefix, r.destination, r.class, r.connect_fee, r.maximum_charge, r.bands::jsonb
     FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[])
       AS r(prefix, destination, class, connect_fee, maximum_charge, bands)`,
    [
      version.tariff,
      version.validFrom,
      textArray(rates.map((rate) => rate.prefix)),
      textArray(rates.map((rate) => rate.destination)),
      textArray(rates.map((rate) => rate.class)),
      bigintArray(rates.map((rate) => rate.connectFee)),
      bigintArray(rates.map((rate) => rate.maximumCharge)),
      textArray(rates.map((rate) => JSON.stringify(rate.bands))),
    ],
  );
}

export async function publishVersion(
  transaction: Transaction,
  version: TariffVersion,
  position: number,
  loadedAt: Instant,
): Promise<void> {
  await transaction.query(
    `INSERT INTO rating.tariff_published (tariff, valid_from, fingerprint, position, loaded_at)
     VALUES ($1, $2, $3, $4, to_timestamp($5::double precision / 1000))`,
    [version.tariff, version.validFrom, version.fingerprint, position, loadedAt],
  );
}
