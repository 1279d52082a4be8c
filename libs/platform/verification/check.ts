/** What one comparison of `fairline verify` found: a read model against the facts and decisions it is made from. */
export interface Check {
  /** The read model, in the words of the domain: `usage`, `ratings`, `subscriptions`. */
  readonly name: string;
  /** How many figures or rows were compared; a check that compared nothing proves nothing. */
  readonly compared: number;
  /** A sentence each: where, what is there, what should be. Bounded by MAXIMUM_DIFFERENCES. */
  readonly differences: readonly string[];
}

/** A check stops to list after this many, and says so in its last sentence. */
export const MAXIMUM_DIFFERENCES = 100;
