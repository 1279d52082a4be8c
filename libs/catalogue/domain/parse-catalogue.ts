import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import { z } from 'zod';
import { type MicroEuros, type VatRate, parseMicroEuros, parseVatRate } from '#money/money.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { schemaProblems } from '#outcome/schema-problems.js';
import type { Catalogue, PeriodDefinition, WeeklyInterval } from './catalogue.js';
import { MINUTES_PER_DAY, complementOf } from './periods.js';
import { Day, PolicySchema } from './policy-schema.js';

export interface CatalogueProblem {
  /** Where in the file: `plans.0.price_per_seat`. */
  readonly path: string;
  readonly reason: string;
}

const Id = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, {
  error: 'must be 1 to 64 letters, digits, dots, underscores or hyphens',
});
const Name = z.strictObject({ nl: z.string().min(1), en: z.string().min(1) });
/** Amounts are texts, so that YAML does not make floating point of them. */
const Price = z
  .string({ error: 'must be a decimal in quotes, such as "14.95"' })
  .transform((text, context): MicroEuros => {
    const amount = parseMicroEuros(text);
    if (amount !== undefined && amount >= 0) return amount;
    context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not an amount such as "14.95"` });
    return z.NEVER;
  });
const Rate = z
  .string({ error: 'must be a decimal in quotes, such as "21"' })
  .transform((text, context): VatRate => {
    const rate = parseVatRate(text);
    if (rate !== undefined) return rate;
    context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not a rate such as "21"` });
    return z.NEVER;
  });

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const Hours = z
  .strictObject({ days: z.union([z.string(), z.array(z.string())]), from: z.string(), to: z.string() })
  .transform((hours, context): WeeklyInterval[] => {
    const days = weekdaysOf(hours.days);
    const from = minutesOf(hours.from);
    const to = minutesOf(hours.to);
    if (days === undefined || from === undefined || to === undefined || to <= from) {
      context.addIssue({
        code: 'custom',
        message: 'needs days such as mon-fri or sat,sun, and from before to, such as "08:00" and "24:00"',
      });
      return z.NEVER;
    }
    return days.map((day) => ({
      fromMinute: day * MINUTES_PER_DAY + from,
      toMinute: day * MINUTES_PER_DAY + to,
    }));
  });

const CatalogueSchema = z.strictObject({
  valid_from: Day.optional(),
  currency: z.literal('EUR'),
  time_zone: z.literal('Europe/Amsterdam', { error: 'must be Europe/Amsterdam, the billing time zone' }),
  vat_rates: z.record(Id, Rate),
  periods: z.record(Id, z.union([z.literal('otherwise'), z.array(Hours).min(1)])).default({}),
  destination_classes: z.record(Id, Name).default({}),
  blocked_destination_classes: z.array(Id).default([]),
  plans: z
    .array(
      z.strictObject({
        id: Id,
        name: Name,
        kind: z.enum(['metered', 'unlimited']),
        price_per_seat: Price,
        vat: Id,
        includes: z.array(Id).default([]),
        tariff: Id,
        fair_use: Id.optional(),
      }),
    )
    .min(1),
  add_ons: z
    .array(
      z.strictObject({
        id: Id,
        name: Name,
        applies_to: z.enum(['account', 'user']),
        price_per_seat: Price,
        included_retention_days: z.int().min(0).max(3_650).default(0),
        price_per_seat_per_extra_30_days: Price.default('0' as never),
        vat: Id.default('standard'),
      }),
    )
    .default([]),
  policies: z.array(PolicySchema).default([]),
});

type CatalogueFile = z.infer<typeof CatalogueSchema>;

const MAXIMUM_CHARACTERS = 5_000_000;

/** A catalogue from YAML (contracts section 2); everything wrong with the file is said at once. */
export function parseCatalogue(yaml: string): Outcome<Catalogue> {
  if (yaml.length > MAXIMUM_CHARACTERS)
    return refusedWith([{ path: 'file', reason: `is larger than ${MAXIMUM_CHARACTERS} characters` }]);
  let value: unknown;
  try {
    value = parse(yaml, { maxAliasCount: 100, intAsBigInt: false });
  } catch (error) {
    return refusedWith([{ path: 'file', reason: `is not YAML: ${(error as Error).message.split('\n')[0]}` }]);
  }
  const parsed = CatalogueSchema.safeParse(value);
  if (!parsed.success) {
    return refusedWith(
      schemaProblems(parsed.error).map(({ path, reason }) => ({ path: path || 'file', reason })),
    );
  }
  const problems = contradictionsOf(parsed.data);
  return problems.length > 0 ? refusedWith(problems) : accepted(catalogueOf(parsed.data));
}

function refusedWith(problems: readonly CatalogueProblem[]) {
  const shown = problems.slice(0, 5).map(({ path, reason }) => `${path}: ${reason}`);
  const more = problems.length > shown.length ? ` (and ${problems.length - shown.length} more)` : '';
  return refused(
    'invalid-catalogue',
    `The catalogue has ${problems.length} problem(s): ${shown.join('; ')}${more}. Correct the file and load it again.`,
    problems,
  );
}

function contradictionsOf(file: CatalogueFile): CatalogueProblem[] {
  const problems: CatalogueProblem[] = [];
  const duplicates = (path: string, keys: readonly string[]) => {
    keys.forEach((key, index) => {
      if (keys.indexOf(key) !== index)
        problems.push({ path: `${path}.${index}`, reason: `${key} stands there twice` });
    });
  };
  duplicates(
    'plans',
    file.plans.map((plan) => plan.id),
  );
  duplicates(
    'add_ons',
    file.add_ons.map((addOn) => addOn.id),
  );
  duplicates(
    'policies',
    file.policies.map((policy) => `${policy.id} version ${policy.version}`),
  );
  file.plans.forEach((plan, index) => {
    const path = `plans.${index}`;
    if (!(plan.vat in file.vat_rates))
      problems.push({ path: `${path}.vat`, reason: `${plan.vat} is no key of vat_rates` });
    if (plan.fair_use !== undefined && !file.policies.some((policy) => policy.id === plan.fair_use)) {
      problems.push({ path: `${path}.fair_use`, reason: `${plan.fair_use} is no policy of this catalogue` });
    }
    if (plan.kind === 'metered' && plan.includes.length > 0)
      problems.push({ path: `${path}.includes`, reason: 'a metered plan includes nothing' });
    if (plan.kind === 'unlimited' && plan.includes.length === 0)
      problems.push({
        path: `${path}.includes`,
        reason: 'an unlimited plan includes at least one destination class',
      });
  });
  file.add_ons.forEach((addOn, index) => {
    if (!(addOn.vat in file.vat_rates))
      problems.push({ path: `add_ons.${index}.vat`, reason: `${addOn.vat} is no key of vat_rates` });
  });
  if (Object.values(file.periods).filter((hours) => hours === 'otherwise').length > 1) {
    problems.push({ path: 'periods', reason: 'only one period can be "otherwise"' });
  }
  return problems;
}

function catalogueOf(file: CatalogueFile): Catalogue {
  return {
    validFrom: file.valid_from ?? null,
    currency: file.currency,
    timeZone: file.time_zone,
    vatRates: file.vat_rates,
    periods: periodsOf(file.periods),
    destinationClasses: Object.entries(file.destination_classes).map(([id, name]) => ({ id, name })),
    blockedClasses: file.blocked_destination_classes,
    plans: file.plans.map((plan) => ({
      id: plan.id,
      name: plan.name,
      kind: plan.kind,
      pricePerSeat: plan.price_per_seat,
      vat: plan.vat,
      includes: plan.includes,
      tariff: plan.tariff,
      fairUse: plan.fair_use ?? null,
    })),
    addOns: file.add_ons.map((addOn) => ({
      id: addOn.id,
      name: addOn.name,
      appliesTo: addOn.applies_to,
      pricePerSeat: addOn.price_per_seat,
      includedRetentionDays: addOn.included_retention_days,
      pricePerSeatPerExtra30Days: addOn.price_per_seat_per_extra_30_days,
      vat: addOn.vat,
    })),
    policies: file.policies,
  };
}

function periodsOf(periods: CatalogueFile['periods']): PeriodDefinition[] {
  const named = Object.entries(periods).flatMap(([id, hours]) =>
    hours === 'otherwise' ? [] : [{ id, intervals: hours.flat() }],
  );
  const rest = complementOf(named.flatMap((period) => period.intervals));
  return Object.entries(periods).map(([id, hours]) =>
    hours === 'otherwise' ? { id, intervals: rest } : { id, intervals: hours.flat() },
  );
}

function weekdaysOf(days: string | readonly string[]): number[] | undefined {
  const parts = typeof days === 'string' ? days.split(',') : days;
  const result: number[] = [];
  for (const part of parts) {
    const [first, last = first] = part.trim().toLowerCase().split('-');
    const from = WEEKDAYS.indexOf(first ?? '');
    const to = WEEKDAYS.indexOf(last ?? '');
    if (from === -1 || to === -1) return undefined;
    for (let day = from; ; day = (day + 1) % 7) {
      result.push(day);
      if (day === to) break;
    }
  }
  return new Set(result).size === result.length ? result : undefined;
}

function minutesOf(time: string): number | undefined {
  const match = /^(\d{2}):(\d{2})$/.exec(time);
  if (!match) return undefined;
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  return Number(match[2]) < 60 && minutes <= MINUTES_PER_DAY ? minutes : undefined;
}

/** Of the content, not of the file: comments and the order of keys do not make another version. */
export function catalogueFingerprint(catalogue: Catalogue): string {
  return createHash('sha256').update(JSON.stringify(catalogue, sortedKeys)).digest('hex');
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
