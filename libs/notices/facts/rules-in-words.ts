import type { Language } from '../domain/notice-event.js';

type InWords = Readonly<Record<Language, readonly string[]>>;

/** What each rule means, without figures. */
const RULES: Readonly<Record<string, InWords>> = {
  'excess-over-average': {
    nl: [
      'Er is over een langere periode duidelijk meer gebeld dan de gemiddelde klant met hetzelfde abonnement belt.',
    ],
    en: [
      'Over a longer period, clearly more was called than the average customer with the same subscription calls.',
    ],
  },
  'long-open-line': {
    nl: [
      'Verbindingen zijn meermaals urenlang open gelaten, of na een onderbreking meteen hervat, veel vaker dan bij andere klanten.',
    ],
    en: [
      'Connections were left open for hours several times, or resumed at once after a break, far more often than by other customers.',
    ],
  },
  'short-call-burst': {
    nl: [
      'Er zijn in korte tijd grote aantallen heel korte gesprekken gevoerd, veel meer dan bij andere klanten.',
    ],
    en: ['Large numbers of very short calls were made in a short time, far more than by other customers.'],
  },
};

/** A rule that has no words of its own is named, so that the customer can ask what it means. */
export function ruleInWords(rule: string): InWords {
  return (
    RULES[rule] ?? {
      nl: [`Het gebruik overschrijdt de regel "${rule}" van ons beleid voor redelijk gebruik.`],
      en: [`The use exceeds the rule "${rule}" of our fair-use policy.`],
    }
  );
}
