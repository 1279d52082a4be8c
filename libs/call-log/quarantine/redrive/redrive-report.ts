import type { QuarantineCode } from '../../domain/call-record.js';
import type { StepResult } from '../store/quarantine-book.js';

/** What became of one record, or would become of it. */
export interface RedrivenRecord {
  readonly id: string;
  readonly result: Exclude<StepResult, 'discarded'> | 'already-closed';
  /** Of one that is still in quarantine. */
  readonly code: string | null;
  readonly reason: string | null;
  /** The record in quarantine that took its place, under the account that is known now. */
  readonly keptAs: string | null;
}

export interface RedriveReport {
  /** On the audit trail; null for a dry run, which leaves none. */
  readonly operation: string | null;
  readonly dryRun: boolean;
  /** accepted + duplicates + those of `quarantined` + alreadyClosed. */
  readonly records: number;
  readonly accepted: number;
  /** The log had them already, perhaps from a redrive that was cut off. */
  readonly duplicates: number;
  readonly quarantined: Readonly<Partial<Record<QuarantineCode, number>>>;
  /** Somebody else was faster. */
  readonly alreadyClosed: number;
  /** The first 200, those that stay in quarantine before the others of their page. */
  readonly results: readonly RedrivenRecord[];
}

const RESULTS_LISTED = 200;

/** Sums up an operation of any size in bounded memory. */
export class RedriveTally {
  private records = 0;
  private accepted = 0;
  private duplicates = 0;
  private alreadyClosed = 0;
  private readonly quarantined = new Map<string, number>();
  private readonly results: RedrivenRecord[] = [];

  add(page: readonly RedrivenRecord[]): void {
    for (const { result, code } of page) {
      this.records += 1;
      if (result === 'accepted') this.accepted += 1;
      else if (result === 'duplicate') this.duplicates += 1;
      else if (result === 'already-closed') this.alreadyClosed += 1;
      else this.quarantined.set(code ?? '', (this.quarantined.get(code ?? '') ?? 0) + 1);
    }
    const stays = (one: RedrivenRecord) => (one.code === null ? 1 : 0);
    const room = RESULTS_LISTED - this.results.length;
    this.results.push(...page.toSorted((a, b) => stays(a) - stays(b)).slice(0, room));
  }

  get done(): number {
    return this.records;
  }

  report(operation: string | null): RedriveReport {
    return {
      operation,
      dryRun: operation === null,
      records: this.records,
      accepted: this.accepted,
      duplicates: this.duplicates,
      quarantined: Object.fromEntries(this.quarantined),
      alreadyClosed: this.alreadyClosed,
      results: this.results,
    };
  }
}
