import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { LocalDate } from '#calendar/local-date.js';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { RatedCalls } from '#catalogue/rated-calls.js';
import { readCatalogue } from '#catalogue/store/catalogue-store.js';
import { whileChangingReference } from '#catalogue/store/reference-gate.js';
import {
  advanceReferenceHead,
  lockReferenceHead,
  readReferenceHead,
} from '#catalogue/store/reference-head.js';
import { type LoadReport, report } from '#catalogue/load-catalogue/load-catalogue.js';
import { type AppendingTransaction, EventStore } from '#event-store/event-store.js';
import { type Outcome, type Refusal, RefusedError, accepted, refused } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';
import { parseTariffCsv } from '../domain/parse-tariff.js';
import type { TariffVersion } from '../domain/tariff.js';
import { rateContent } from '../domain/tariff-fingerprint.js';
import { tariffPublished } from '../events/events.js';
import {
  lockTariffs,
  publishVersion,
  publishedFingerprints,
  ratesAreThere,
  readPublishedVersion,
  writeUnpublishedVersions,
} from '../store/tariff-store.js';

/** Loads every version in a tariff file, or none of them (contracts section 2). */
export class LoadTariff extends Command<Outcome<LoadReport>> {
  constructor(readonly csv: string) {
    super();
  }
}

@CommandHandler(LoadTariff)
export class LoadTariffHandler implements ICommandHandler<LoadTariff> {
  constructor(
    private readonly database: Database,
    private readonly store: EventStore,
    private readonly clock: BusinessClock,
    private readonly ratedCalls: RatedCalls,
  ) {}

  async execute({ csv }: LoadTariff): Promise<Outcome<LoadReport>> {
    const catalogue = await readCatalogue(this.database, await readReferenceHead(this.database));
    const today = AMSTERDAM.localDateAt(await this.clock.now());
    const current = catalogue.at(today);
    if (current === undefined) {
      return refused(
        'no-catalogue',
        'A tariff uses the periods of the catalogue, and there is none yet. Run "fairline load catalogue FILE" first.',
      );
    }
    const parsed = parseTariffCsv(csv, current);
    if (!parsed.ok) return parsed;
    return whileChangingReference(this.database, () => this.load(parsed.value));
  }

  private async load({
    versions,
    warnings,
  }: {
    readonly versions: readonly TariffVersion[];
    readonly warnings: readonly string[];
  }): Promise<Outcome<LoadReport>> {
    const existing = await publishedFingerprints(
      this.database,
      versions.map((version) => version.tariff),
    );
    const fresh = versions.filter((version) => !existing.has(keyOf(version)));
    const refusal =
      (await this.refusalOfChanges(versions, existing)) ?? (await this.refusalOfPast(fresh, existing));
    if (refusal !== undefined) return { ok: false, refusal };
    await writeUnpublishedVersions(this.database, fresh);
    try {
      return await this.publish(versions, fresh, warnings);
    } catch (error) {
      if (error instanceof RefusedError) return { ok: false, refusal: error.refusal };
      throw error;
    }
  }

  /** One (tariff, valid_from) is one immutable version: other content is refused, with the rows that differ. */
  private async refusalOfChanges(
    versions: readonly TariffVersion[],
    existing: ReadonlyMap<string, string>,
  ): Promise<Refusal | undefined> {
    for (const version of versions) {
      const known = existing.get(keyOf(version));
      if (known === undefined || known === version.fingerprint) continue;
      const stored = await readPublishedVersion(this.database, version.tariff, version.validFrom);
      const differing = stored === undefined ? [] : differingPrefixes(stored, version);
      if (stored !== undefined && isSameFile(stored, version, differing)) continue;
      return refused(
        'version-exists',
        `Tariff ${version.tariff} of ${version.validFrom} is loaded with other content, and a version never changes ` +
          `(differing: ${differing.slice(0, 10).join(', ') || 'charge_decimals'}${differing.length > 10 ? ', …' : ''}). ` +
          'Load the new prices with a later valid_from.',
        { tariff: version.tariff, validFrom: version.validFrom, prefixes: differing },
      ).refusal;
    }
    return undefined;
  }

  /** A version in the past of rated calls would change them; that is a corrected tariff, not a load. */
  private async refusalOfPast(
    fresh: readonly TariffVersion[],
    existing: ReadonlyMap<string, string>,
  ): Promise<Refusal | undefined> {
    for (const version of fresh) {
      const latest = await this.ratedCalls.latestByTariffSince(
        version.tariff,
        AMSTERDAM.startOfDay(version.validFrom),
      );
      if (latest === undefined) continue;
      return refused(
        'tariff-in-use',
        `Calls up to ${AMSTERDAM.localDateAt(latest)} are rated by tariff ${version.tariff}; a version from ${version.validFrom} would change them. ` +
          `Choose a valid_from after that day (${existing.size} version(s) are published).`,
      ).refusal;
    }
    return undefined;
  }

  private async publish(
    versions: readonly TariffVersion[],
    fresh: readonly TariffVersion[],
    warnings: readonly string[],
  ): Promise<Outcome<LoadReport>> {
    const unchanged = versions.filter((version) => !fresh.includes(version)).map(nameOf);
    if (fresh.length === 0) return accepted(report({ unchanged, warnings }));
    const loadedAt = await this.clock.now();
    return this.store.appending(async (transaction) => {
      await lockTariffs(transaction);
      await lockReferenceHead(transaction);
      const existing = await publishedFingerprints(
        transaction,
        fresh.map((version) => version.tariff),
      );
      let position = 0;
      const loaded: string[] = [];
      for (const version of fresh) {
        const known = existing.get(keyOf(version));
        if (known === version.fingerprint) {
          unchanged.push(nameOf(version));
          continue;
        }
        if (known !== undefined || !(await ratesAreThere(transaction, version))) {
          throw new RefusedError(
            refused(
              'version-exists',
              `${nameOf(version)} was loaded by somebody else a moment ago, with other content. Look at it and load again.`,
            ).refusal,
          );
        }
        position = await appendPublication(transaction, version, loadedAt);
        await publishVersion(transaction, version, position, loadedAt);
        loaded.push(nameOf(version));
      }
      await advanceReferenceHead(transaction, position);
      return accepted(report({ loaded, unchanged, warnings }));
    });
  }
}

async function appendPublication(
  transaction: AppendingTransaction,
  version: TariffVersion,
  at: Instant,
): Promise<number> {
  const { tariff, validFrom, fingerprint, rates } = version;
  const appended = await transaction.append(
    `tariff-${tariff}-${validFrom}`,
    0,
    [{ definition: tariffPublished, data: { tariff, validFrom, fingerprint, prefixes: rates.length } }],
    at,
  );
  return appended.events.at(-1)?.position ?? 0;
}

function differingPrefixes(stored: TariffVersion, given: TariffVersion): string[] {
  const textOf = (version: TariffVersion) =>
    new Map(version.rates.map((rate) => [rate.prefix, rateContent(rate)]));
  const before = textOf(stored);
  const after = textOf(given);
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((prefix) => before.get(prefix) !== after.get(prefix))
    .toSorted();
}

/** A version keeps the periods as they were at its load, so that the catalogue has other hours by now makes the file no other one. */
function isSameFile(stored: TariffVersion, given: TariffVersion, differing: readonly string[]): boolean {
  return differing.length === 0 && stored.chargeDecimals === given.chargeDecimals;
}

function keyOf(version: { tariff: string; validFrom: LocalDate }): string {
  return `${version.tariff} ${version.validFrom}`;
}

function nameOf(version: { tariff: string; validFrom: LocalDate }): string {
  return `tariff ${version.tariff} of ${version.validFrom}`;
}
