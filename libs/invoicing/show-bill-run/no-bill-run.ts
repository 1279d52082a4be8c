import type { Period } from '#calendar/local-date.js';
import { type Outcome, refused } from '#outcome/outcome.js';

export function noBillRun(period: Period): Outcome<never> {
  return refused('no-bill-run', `${period} has no bill run; "fairline bill-run start ${period}" makes one.`);
}
