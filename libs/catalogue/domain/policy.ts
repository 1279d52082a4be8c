import type { LocalDate } from '#calendar/local-date.js';

/**
 * A fair-use policy as figures (fair-use.md). Every figure is a parameter; day D is judged, with its whole window, by the
 * version in force on D. Factors and shares are decimals held as numbers: they are compared with measured use, never with money.
 */
export interface FairUsePolicy {
  readonly id: string;
  readonly version: number;
  /** First day that is judged by this version. */
  readonly from: LocalDate;
  readonly cohort: CohortParameters;
  /** Share of the limit at which the account manager is shown a warning. */
  readonly warnAt: number;
  /** Local time on the next day at which a day is judged, `06:00`. */
  readonly judgeAt: string;
  readonly notice: { readonly deadlineDays: number; readonly afterDays: number };
  readonly rules: FairUseRules;
}

export interface CohortParameters {
  readonly by: 'plan';
  readonly minimumAccounts: number;
  readonly minimumShare: number;
  readonly outlierFactor: number;
  readonly trim: number;
}

/** A rule that the policy does not name is not judged. */
export interface FairUseRules {
  readonly 'excess-over-average'?: ExcessOverAverageParameters;
  readonly 'long-open-line'?: LongOpenLineParameters;
  readonly 'short-call-burst'?: ShortCallBurstParameters;
}

export type RuleName = keyof FairUseRules;

export interface ExcessOverAverageParameters {
  readonly windowDays: number;
  readonly factor: number;
  readonly percentile: number;
  readonly floorMinutes: number;
  readonly days: number;
  readonly holdDays: number;
  readonly clearFactor: number;
  readonly clearDays: number;
}

export interface LongOpenLineParameters {
  readonly windowDays: number;
  readonly redialSeconds: number;
  readonly episodeHours: number;
  readonly episodes: number;
  readonly factor: number;
  readonly singleHours: number;
  readonly clearDays: number;
}

export interface ShortCallBurstParameters {
  readonly windowDays: number;
  readonly withinMinutes: number;
  readonly shortSeconds: number;
  readonly calls: number;
  readonly share: number;
  readonly days: number;
  readonly shareFloor: number;
  readonly factor: number;
  readonly clearDays: number;
}
