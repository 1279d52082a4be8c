import { localDate } from '#calendar/local-date.js';
import type { LetterFacts } from '../letter-facts.js';

/** Findings with figures, as whoever judges explains them. */
export const FACTS: LetterFacts = {
  firstDay: localDate('2026-10-13'),
  lastDay: localDate('2026-10-15'),
  breaches: [
    {
      rule: 'excess-over-average',
      sentences: {
        nl: [
          'Er is over een langere periode duidelijk meer gebeld dan gemiddeld.',
          'Uw gebruik was 96,4 minuten per gebruiker per dag, gemiddeld over 28 dagen; de gemiddelde klant met Onbeperkt bellen (142 klanten) gebruikte 21,3 minuten, en de grens lag bij 58,7 minuten.',
        ],
        en: [
          'Over a longer period clearly more was called than average.',
          'Your use was 96.4 minutes per user per day, on average over 28 days; the average customer with Unlimited calling (142 customers) used 21.3 minutes, and the limit was 58.7 minutes.',
        ],
      },
    },
  ],
};
