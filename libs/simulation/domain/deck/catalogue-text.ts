import type { LocalDate } from '#calendar/local-date.js';
import { DESTINATION_CLASSES } from './destination-classes.js';

export const PLAN_IDS = ['unlimited', 'premium', 'metered'] as const;
export type PlanId = (typeof PLAN_IDS)[number];

/** What unlimited calling covers, per plan; nothing on the metered one. */
export const COVERED_CLASSES: Readonly<Record<PlanId, readonly string[]>> = {
  unlimited: ['nl-fixed', 'nl-mobile', 'nl-short'],
  premium: ['nl-fixed', 'nl-mobile', 'nl-short', 'eu-fixed'],
  metered: [],
};

/** The catalogue file (contracts section 2). The policy is the one of fair-use.md, in force from the year before the simulation. */
export function catalogueText(from: LocalDate): string {
  const classes = DESTINATION_CLASSES.map(({ id, nl, en }) => `  ${id}: { nl: ${nl}, en: ${en} }`).join('\n');
  return `# Made up by "fairline simulate": plans, add-ons and the fair-use policy of a hosted-telephony company.
currency: EUR
time_zone: Europe/Amsterdam
vat_rates: { standard: "21", reduced: "9", zero: "0" }

periods:
  peak: [{ days: mon-fri, from: "08:00", to: "19:00" }]
  off-peak: otherwise

destination_classes:
${classes}

blocked_destination_classes: [satellite]

plans:
  - id: unlimited
    name: { nl: Onbeperkt bellen, en: Unlimited calling }
    kind: unlimited
    price_per_seat: "14.95"
    vat: standard
    includes: [${COVERED_CLASSES.unlimited.join(', ')}]
    tariff: regular
    fair_use: standard
  - id: premium
    name: { nl: Onbeperkt bellen Premium, en: Unlimited calling Premium }
    kind: unlimited
    price_per_seat: "21.50"
    vat: standard
    includes: [${COVERED_CLASSES.premium.join(', ')}]
    tariff: regular
    fair_use: standard
  - id: metered
    name: { nl: Bellen per minuut, en: Pay per minute }
    kind: metered
    price_per_seat: "4.95"
    vat: standard
    tariff: regular

add_ons:
  - id: recording
    name: { nl: Gespreksopname, en: Call recording }
    applies_to: account
    price_per_seat: "0.00"
    included_retention_days: 30
    price_per_seat_per_extra_30_days: "1.50"
  - id: queue
    name: { nl: Wachtrij en keuzemenu, en: Queue and menu }
    applies_to: account
    price_per_seat: "1.25"
  - id: crm-link
    name: { nl: CRM-koppeling, en: CRM link }
    applies_to: account
    price_per_seat: "2.00"

policies:
  - id: standard
    version: 1
    from: ${Number(from.slice(0, 4)) - 1}-01-01
    cohort: { by: plan, minimum_accounts: 20, minimum_share: 0.5, outlier_factor: 3, trim: 0.05 }
    warn_at: 0.8
    judge_at: "06:00"
    notice: { deadline_days: 7, after_days: 7 }
    rules:
      excess-over-average: { window_days: 28, factor: 1.5, percentile: 0.95, floor_minutes: 20, days: 10, hold_days: 3, clear_factor: 0.9, clear_days: 7 }
      long-open-line: { window_days: 14, redial_seconds: 30, episode_hours: 3, episodes: 3, factor: 3, single_hours: 12, clear_days: 14 }
      short-call-burst: { window_days: 14, within_minutes: 10, short_seconds: 6, calls: 60, share: 0.5, days: 2, share_floor: 0.15, factor: 3, clear_days: 7 }
`;
}
