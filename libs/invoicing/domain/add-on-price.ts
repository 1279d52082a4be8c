import type { LocalDate } from '#calendar/local-date.js';
import type { LocalisedName } from '#catalogue/domain/catalogue.js';
import type { CatalogueTimeline } from '#catalogue/domain/catalogue-timeline.js';
import { type MicroEuros, microEuros } from '#money/money.js';

/** What an add-on costs an account on a day. */
export interface AddOnTerms {
  readonly name: LocalisedName;
  readonly retentionDays: number | null;
  readonly seats: number;
  readonly pricePerSeat: MicroEuros;
  readonly vatKey: string;
}

type AddOnTermsFound =
  | { readonly ok: true; readonly value: AddOnTerms }
  | { readonly ok: false; readonly code: 'unknown-add-on' | 'add-on-users-unknown'; readonly reason: string };

const DAYS_PER_BLOCK = 30;

/**
 * An add-on for the whole account is paid per user: its price, and for every started block of 30 days beyond the included retention
 * the price of a block (domain.md: 30 days of recording are free, longer is a paid add-on).
 * An add-on of single users is refused: who of them has it is not recorded.
 */
export function addOnTermsOn(
  held: { readonly addOn: string; readonly retentionDays: number | null },
  catalogue: CatalogueTimeline,
  day: LocalDate,
  users: number,
): AddOnTermsFound {
  const addOn = catalogue.at(day)?.addOns.find((candidate) => candidate.id === held.addOn);
  if (addOn === undefined) {
    return {
      ok: false,
      code: 'unknown-add-on',
      reason: `Add-on ${held.addOn} is not in the catalogue of ${day}; load a catalogue that has it`,
    };
  }
  if (addOn.appliesTo === 'user') {
    return {
      ok: false,
      code: 'add-on-users-unknown',
      reason: `Add-on ${held.addOn} is sold per user, and which users have it is not recorded`,
    };
  }
  const extraDays = Math.max(0, (held.retentionDays ?? 0) - addOn.includedRetentionDays);
  const blocks = Math.ceil(extraDays / DAYS_PER_BLOCK);
  return {
    ok: true,
    value: {
      name: addOn.name,
      retentionDays: held.retentionDays,
      seats: users,
      pricePerSeat: microEuros(addOn.pricePerSeat + blocks * addOn.pricePerSeatPerExtra30Days),
      vatKey: addOn.vat,
    },
  };
}
