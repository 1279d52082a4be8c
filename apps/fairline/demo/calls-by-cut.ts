import { once } from 'node:events';
import { type WriteStream, createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { type Instant, parseInstant } from '#calendar/instant.js';
import type { Simulation, StreamManifest } from '#simulation/simulate.js';

const ENDED_AT = /"endedAt":"([^"]+)"/;
/** A record that claims to end long after a cut is one of the planted absurd ones, not the first of the next part. */
const PLAUSIBLE_MILLIS = 2 * 86_400_000;

/**
 * Writes the calls of a simulation into one file per stretch of time, in the order in which a switch sends them: each file holds what had
 * ended before its cut. So the demo's clock can stand where each file ends.
 */
export async function writeCallsByCut(
  simulation: Simulation,
  cuts: readonly Instant[],
  pathOf: (part: number) => string,
): Promise<StreamManifest> {
  let part = 0;
  let file = createWriteStream(pathOf(part));
  const calls = simulation.calls();
  for (let step = calls.next(); ; step = calls.next()) {
    if (step.done === true) {
      await end(file);
      return step.value;
    }
    let rest = step.value;
    for (let at = crossingOf(rest, cuts[part]); at !== undefined; at = crossingOf(rest, cuts[part])) {
      await write(file, rest.slice(0, at));
      rest = rest.slice(at);
      await end(file);
      part += 1;
      file = createWriteStream(pathOf(part));
    }
    await write(file, rest);
  }
}

/** Where in a chunk of whole lines the first record begins that ended at or after the cut. */
function crossingOf(chunk: string, cut: Instant | undefined): number | undefined {
  if (cut === undefined || !crosses(chunk.slice(chunk.lastIndexOf('\n', chunk.length - 2) + 1), cut))
    return undefined;
  let start = 0;
  while (start < chunk.length) {
    const end = chunk.indexOf('\n', start);
    if (crosses(chunk.slice(start, end), cut)) return start;
    start = end + 1;
  }
  return undefined;
}

function crosses(line: string, cut: Instant): boolean {
  const at = parseInstant(ENDED_AT.exec(line)?.[1] ?? '');
  return at !== undefined && at >= cut && at < cut + PLAUSIBLE_MILLIS;
}

async function write(file: WriteStream, text: string): Promise<void> {
  if (text !== '' && !file.write(text)) await once(file, 'drain');
}

async function end(file: WriteStream): Promise<void> {
  file.end();
  await finished(file);
}
