import type { BillingZone } from '#calendar/billing-zone.js';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { CompiledTariff } from './price-call.js';
import type { TariffVersion } from './tariff.js';

interface Dated {
  readonly from: Instant;
  readonly tariff: CompiledTariff;
}

/** All published versions of all tariffs, by the instant from which they hold. */
export class TariffBook {
  /** Latest first. */
  private readonly versions = new Map<string, Dated[]>();

  constructor(versions: readonly TariffVersion[], zone: BillingZone = AMSTERDAM) {
    for (const version of versions.toSorted((a, b) => (a.validFrom < b.validFrom ? 1 : -1))) {
      const dated = { from: zone.startOfDay(version.validFrom), tariff: new CompiledTariff(version) };
      const known = this.versions.get(version.tariff);
      if (known === undefined) this.versions.set(version.tariff, [dated]);
      else known.push(dated);
    }
  }

  /** The latest version whose local midnight is not after `at` (contracts section 3, step 1). */
  versionAt(tariff: string, at: Instant): CompiledTariff | undefined {
    const versions = this.versions.get(tariff);
    if (versions === undefined) return undefined;
    for (const version of versions) {
      if (version.from <= at) return version.tariff;
    }
    return undefined;
  }

  has(tariff: string): boolean {
    return this.versions.has(tariff);
  }
}
