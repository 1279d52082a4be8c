import type { z } from 'zod';

/** One thing wrong in a value, with its place in it: `plans.0.price_per_seat`. */
export interface SchemaProblem {
  /** Empty for the value as a whole. */
  readonly path: string;
  readonly reason: string;
}

/**
 * Everything that a schema found, a sentence each. Where several forms are allowed (`08:00` hours or "otherwise") zod only says "Invalid
 * input"; told is what is wrong by the form that the value came closest to: the one whose problem lies deepest.
 */
export function schemaProblems(error: z.ZodError): SchemaProblem[] {
  return problemsOf(error.issues, []);
}

type Issue = z.core.$ZodIssue;

function problemsOf(issues: readonly Issue[], above: readonly PropertyKey[]): SchemaProblem[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path];
    if (issue.code === 'invalid_union' && issue.errors.length > 0)
      return problemsOf(closest(issue.errors), path);
    return [{ path: path.map(String).join('.'), reason: issue.message }];
  });
}

function closest(forms: readonly (readonly Issue[])[]): readonly Issue[] {
  return forms.toSorted((a, b) => closeness(b) - closeness(a))[0] ?? [];
}

/** A value of another type altogether is not close, however deep its place. */
function closeness(issues: readonly Issue[]): number {
  const isOtherType = issues.some((issue) => issue.path.length === 0 && issue.code === 'invalid_type');
  const depth = Math.max(0, ...issues.map((issue) => issue.path.length));
  return isOtherType ? -1 : depth;
}
