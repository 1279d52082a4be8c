/**
 * Expected failures are values. A `Refusal` is what a person or a program is told when something that can
 * happen in normal business is not accepted; thrown errors are left for bugs and broken infrastructure.
 */
export interface Refusal {
  /** Stable, for programs: kebab-case, never translated. */
  readonly code: string;
  /** For a person: what failed, where (field, row, file), and what to do about it. */
  readonly message: string;
  readonly details?: unknown;
}

export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

export function accepted<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function refused(code: string, message: string, details?: unknown): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: details === undefined ? { code, message } : { code, message, details } };
}

/**
 * Carries a refusal through layers that only know exceptions (a command bus, a transaction that must roll back).
 * Faces (CLI, HTTP) turn it back into the refusal; it is never a stack trace to a person.
 */
export class RefusedError extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
    this.name = 'RefusedError';
  }
}

/** Unwraps an outcome where a refusal has to abort the surrounding transaction. */
export function acceptedOrThrow<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new RefusedError(outcome.refusal);
  return outcome.value;
}
