import type { Span } from './behaviour.js';

/**
 * Index of the day on which something planted begins: as wished in 62 days, so that evidence, notice, deadline, the week after it and
 * a measure all lie within them; in proportion in shorter spans.
 */
export function startOfAbuse(span: Span, wished: number): number {
  return span.days >= 62 ? wished : Math.floor((span.days * wished) / 62);
}
