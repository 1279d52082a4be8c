import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { EventStore } from '#event-store/event-store.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database } from '#platform/database/database.js';
import type { Catalogue } from '../domain/catalogue.js';
import { catalogueFingerprint, parseCatalogue } from '../domain/parse-catalogue.js';
import { cataloguePublished } from '../events/events.js';
import { fingerprintOfVersion, writeVersion } from '../store/catalogue-store.js';
import { RatedCalls } from '../rated-calls.js';
import { whileChangingReference } from '../store/reference-gate.js';
import { advanceReferenceHead, lockReferenceHead } from '../store/reference-head.js';

/** What a load did (contracts section 4); `loaded` names what is new. */
export interface LoadReport {
  readonly loaded: readonly string[];
  readonly unchanged: readonly string[];
  readonly changed: readonly string[];
  readonly refused: readonly { readonly item: string; readonly reason: string }[];
  readonly warnings: readonly string[];
}

/** Loads one version of the catalogue from YAML. The same again does nothing; the same day with other content is refused. */
export class LoadCatalogue extends Command<Outcome<LoadReport>> {
  constructor(readonly yaml: string) {
    super();
  }
}

/** No call starts before it (contracts section 1). */
const EARLIEST = Date.UTC(2000, 0, 1) as Instant;

@CommandHandler(LoadCatalogue)
export class LoadCatalogueHandler implements ICommandHandler<LoadCatalogue> {
  constructor(
    private readonly database: Database,
    private readonly ratedCalls: RatedCalls,
    private readonly store: EventStore,
    private readonly clock: BusinessClock,
  ) {}

  async execute({ yaml }: LoadCatalogue): Promise<Outcome<LoadReport>> {
    const parsed = parseCatalogue(yaml);
    if (!parsed.ok) return parsed;
    return whileChangingReference(this.database, () => this.load(parsed.value, yaml));
  }

  private async load(catalogue: Catalogue, yaml: string): Promise<Outcome<LoadReport>> {
    const { validFrom } = catalogue;
    const item = `catalogue ${validFrom ?? 'from the beginning'}`;
    const fingerprint = catalogueFingerprint(catalogue);
    const loadedAt = await this.clock.now();
    return this.store.appending(async (transaction) => {
      await lockReferenceHead(transaction);
      const existing = await fingerprintOfVersion(transaction, validFrom);
      if (existing === fingerprint) return accepted(report({ unchanged: [item] }));
      if (existing !== undefined) {
        return refused(
          'version-exists',
          `There is another ${item} already, and a version never changes. Give the new one a later valid_from.`,
        );
      }
      const since = validFrom === null ? EARLIEST : AMSTERDAM.startOfDay(validFrom);
      const latest = await this.ratedCalls.latestSince(since);
      if (latest !== undefined) {
        return refused(
          'catalogue-in-use',
          `There are calls up to ${AMSTERDAM.localDateAt(latest)}, and ${item} would change how they were rated. Give it a valid_from after that day.`,
        );
      }
      const appended = await transaction.append(
        `catalogue-${validFrom ?? 'beginning'}`,
        0,
        [{ definition: cataloguePublished, data: { validFrom, fingerprint } }],
        loadedAt,
      );
      const position = appended.events.at(-1)?.position ?? 0;
      await writeVersion(transaction, { validFrom, fingerprint, source: yaml, position, loadedAt });
      await advanceReferenceHead(transaction, position);
      return accepted(report({ loaded: [item] }));
    });
  }
}

export function report(part: Partial<LoadReport>): LoadReport {
  return { loaded: [], unchanged: [], changed: [], refused: [], warnings: [], ...part };
}
