import { type Check, MAXIMUM_DIFFERENCES } from './check.js';

/** Collects what a check finds. Memory is bounded: past the maximum it only remembers that there was more. */
export class DifferenceList {
  private readonly sentences: string[] = [];
  private comparedSoFar = 0;
  private more = false;

  /** How many a check may still look for; one more than it lists, so that "more" is known and not guessed. */
  get room(): number {
    return MAXIMUM_DIFFERENCES - this.sentences.length + 1;
  }

  compared(count: number): void {
    this.comparedSoFar += count;
  }

  add(sentence: string): void {
    if (this.sentences.length < MAXIMUM_DIFFERENCES) this.sentences.push(sentence);
    else this.more = true;
  }

  asCheck(name: string): Check {
    const differences = this.more
      ? [
          ...this.sentences,
          `There are more; only the first ${MAXIMUM_DIFFERENCES} are listed. Correct these and verify again.`,
        ]
      : this.sentences;
    return { name, compared: this.comparedSoFar, differences };
  }
}
