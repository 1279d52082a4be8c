import { type LocalDate, type Period, periodOf } from '#calendar/local-date.js';
import type { Catalogue, Plan } from './catalogue.js';
import type { FairUsePolicy } from './policy.js';

/** The versions of the catalogue over days: prices, VAT rates and rules change by date, never backwards in silence. */
export class CatalogueTimeline {
  private readonly versions: readonly Catalogue[];

  constructor(versions: readonly Catalogue[]) {
    this.versions = versions.toSorted((a, b) => ((a.validFrom ?? '') < (b.validFrom ?? '') ? -1 : 1));
  }

  get isEmpty(): boolean {
    return this.versions.length === 0;
  }

  /** The version that holds on a day; undefined before the first. */
  at(day: LocalDate): Catalogue | undefined {
    return this.versions.findLast((version) => version.validFrom === null || version.validFrom <= day);
  }

  planAt(plan: string, day: LocalDate): Plan | undefined {
    return this.at(day)?.plans.find((candidate) => candidate.id === plan);
  }

  /** Days of a month on which another version begins, its first day excepted. */
  changesWithin(month: Period): LocalDate[] {
    return this.versions
      .map((version) => version.validFrom)
      .filter((day): day is LocalDate => day !== null && periodOf(day) === month && !day.endsWith('-01'));
  }

  /** Every plan that any version knows. */
  knowsPlan(plan: string): boolean {
    return this.versions.some((version) => version.plans.some((candidate) => candidate.id === plan));
  }

  /** The version of a policy that judges a day: of the catalogue in force on it, the latest whose `from` is not after it. */
  policyAt(policy: string, day: LocalDate): FairUsePolicy | undefined {
    return this.at(day)
      ?.policies.filter((candidate) => candidate.id === policy && candidate.from <= day)
      .toSorted((a, b) => (a.from < b.from || (a.from === b.from && a.version < b.version) ? -1 : 1))
      .at(-1);
  }
}
