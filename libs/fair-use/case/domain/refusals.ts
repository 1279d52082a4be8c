import { type Outcome, refused } from '#outcome/outcome.js';
import type { Case, CaseStatus } from './case-state.js';

/** Only some states allow a command; the sentence names them. */
export function wrongState(what: string, the: Case, allowed: readonly CaseStatus[]): Outcome<never> {
  return refused(
    'wrong-state',
    `Case ${the.id} is ${the.status}; ${what} is possible only when it is ${orList(allowed)}.`,
    { status: the.status, allowed },
  );
}

/** A text a person has to give; spaces are no text. */
export function isStated(text: string | null): text is string {
  return text !== null && text.trim() !== '';
}

export function reasonMissing(what: string): Outcome<never> {
  return refused('reason-missing', `${what} needs a reason; state it and try again.`);
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
