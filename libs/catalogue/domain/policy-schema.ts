import { z } from 'zod';
import { type LocalDate, parseLocalDate } from '#calendar/local-date.js';
import type { FairUsePolicy } from './policy.js';

const days = (label: string) =>
  z
    .int({ error: `${label} must be a whole number of days` })
    .min(1)
    .max(366);
const share = z.number().min(0).max(1);
const factor = z.number().min(1, { error: 'a factor below 1 would flag use below the average' }).max(1_000);
const count = z.int().min(1).max(1_000_000);

/** `from: 2026-01-01` in YAML is a text or a date. */
export const Day = z
  .union([z.string(), z.date().transform((date) => date.toISOString().slice(0, 10))])
  .transform((text, context): LocalDate => {
    const date = parseLocalDate(text);
    if (date !== undefined) return date;
    context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not a day such as 2026-01-01` });
    return z.NEVER;
  });

const ExcessOverAverage = z
  .strictObject({
    window_days: days('window_days'),
    factor,
    percentile: share,
    floor_minutes: z.number().min(0).max(1_440),
    days: days('days'),
    hold_days: days('hold_days'),
    clear_factor: share,
    clear_days: days('clear_days'),
  })
  .refine((rule) => rule.days <= rule.window_days, { error: 'days can not be more than window_days' })
  .transform((rule) => ({
    windowDays: rule.window_days,
    factor: rule.factor,
    percentile: rule.percentile,
    floorMinutes: rule.floor_minutes,
    days: rule.days,
    holdDays: rule.hold_days,
    clearFactor: rule.clear_factor,
    clearDays: rule.clear_days,
  }));

const LongOpenLine = z
  .strictObject({
    window_days: days('window_days'),
    redial_seconds: z.int().min(0).max(3_600),
    episode_hours: z.number().gt(0).max(24, { error: 'episode_hours can not be more than 24' }),
    episodes: count,
    factor,
    single_hours: z.number().gt(0).max(168),
    clear_days: days('clear_days'),
  })
  .transform((rule) => ({
    windowDays: rule.window_days,
    redialSeconds: rule.redial_seconds,
    episodeHours: rule.episode_hours,
    episodes: rule.episodes,
    factor: rule.factor,
    singleHours: rule.single_hours,
    clearDays: rule.clear_days,
  }));

const ShortCallBurst = z
  .strictObject({
    window_days: days('window_days'),
    within_minutes: z.int().min(1).max(1_440),
    short_seconds: z.int().min(1).max(600),
    calls: count,
    share,
    days: days('days'),
    share_floor: share,
    factor,
    clear_days: days('clear_days'),
  })
  .refine((rule) => rule.days <= rule.window_days, { error: 'days can not be more than window_days' })
  .transform((rule) => ({
    windowDays: rule.window_days,
    withinMinutes: rule.within_minutes,
    shortSeconds: rule.short_seconds,
    calls: rule.calls,
    share: rule.share,
    days: rule.days,
    shareFloor: rule.share_floor,
    factor: rule.factor,
    clearDays: rule.clear_days,
  }));

/** A fair-use policy as the catalogue's YAML writes it; everything senseless in it is refused at once. */
export const PolicySchema = z
  .strictObject({
    id: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
    version: z.int().min(1),
    from: Day,
    cohort: z
      .strictObject({
        by: z.literal('plan'),
        minimum_accounts: z.int().min(2).max(1_000_000),
        minimum_share: share,
        outlier_factor: factor,
        trim: z.number().min(0).max(0.5),
      })
      .transform((cohort) => ({
        by: cohort.by,
        minimumAccounts: cohort.minimum_accounts,
        minimumShare: cohort.minimum_share,
        outlierFactor: cohort.outlier_factor,
        trim: cohort.trim,
      })),
    warn_at: share,
    judge_at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'must be a time such as 06:00' }),
    notice: z
      .strictObject({ deadline_days: days('deadline_days'), after_days: days('after_days') })
      .transform((notice) => ({ deadlineDays: notice.deadline_days, afterDays: notice.after_days })),
    rules: z
      .strictObject({
        'excess-over-average': ExcessOverAverage.optional(),
        'long-open-line': LongOpenLine.optional(),
        'short-call-burst': ShortCallBurst.optional(),
      })
      .refine((rules) => Object.keys(rules).length > 0, { error: 'a policy needs at least one rule' }),
  })
  .transform((policy): FairUsePolicy => ({
    id: policy.id,
    version: policy.version,
    from: policy.from,
    cohort: policy.cohort,
    warnAt: policy.warn_at,
    judgeAt: policy.judge_at,
    notice: policy.notice,
    rules: dropAbsent(policy.rules),
  }));

function dropAbsent<T extends object>(record: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
