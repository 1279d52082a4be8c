import type { LetterFacts } from '../domain/letter-facts.js';

/** What a notice was asked for. */
export interface FactsWanted {
  readonly caseId: string;
  readonly account: string;
  /** Ids of the findings that the letter rests on. */
  readonly findings: readonly string[];
  readonly rules: readonly string[];
}

/** The facts of a letter. Port: whoever holds the evidence of findings explains them in the customer's language. */
export abstract class NoticeFacts {
  /** @throws Error when a finding can't be found: a letter without its facts is not sent */
  abstract of(wanted: FactsWanted): Promise<LetterFacts>;
}
