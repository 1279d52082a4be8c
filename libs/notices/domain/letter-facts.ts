import type { LocalDate } from '#calendar/local-date.js';
import type { Language } from './notice-event.js';

/** One rule that was broken, explained to the customer: what, how much, and against which average. */
export interface ExplainedBreach {
  readonly rule: string;
  /** Whole sentences; the first says the rule in plain words, the others the figures. */
  readonly sentences: Readonly<Record<Language, readonly string[]>>;
}

/** The facts of a letter, as they were known when it was asked for. */
export interface LetterFacts {
  /** First and last of the days on which the rules were broken. */
  readonly firstDay: LocalDate;
  readonly lastDay: LocalDate;
  readonly breaches: readonly ExplainedBreach[];
}

/** What a letter is written from. */
export interface LetterOrder extends LetterFacts {
  readonly language: Language;
  readonly account: string;
  readonly accountName: string;
  readonly noticeId: string;
  readonly writtenOn: LocalDate;
  /** Last day on which to stop, for who receives the letter on the day it is written. */
  readonly stopBy: LocalDate;
  readonly deadlineDays: number;
  /** What going on would cost on the regular tariffs, in whole cents; null when nobody worked it out. */
  readonly estimateCents: number | null;
  readonly sender: LetterSender;
}

export interface LetterSender {
  readonly name: string;
  /** Answers arrive here. */
  readonly address: string;
}

/** A letter before it becomes text and HTML, so that both say the same. */
export interface Letter {
  readonly language: Language;
  readonly subject: string;
  readonly greeting: string;
  readonly sections: readonly LetterSection[];
  readonly closing: readonly string[];
  /** Small print: what the letter is called in our books. */
  readonly reference: string;
}

export interface LetterSection {
  readonly heading: string | null;
  readonly paragraphs: readonly (string | readonly string[])[];
}
