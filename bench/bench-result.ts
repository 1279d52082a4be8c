import { cpus, totalmem } from 'node:os';

/** One bench's answer. The ratio is to a reference that was measured in the same run, so it holds on another machine too. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly reference: { readonly what: string; readonly value: number };
  readonly ratio: number;
  /** Largest resident set of the process, in MB. */
  readonly rssMb: number;
  readonly machine: string;
}

export interface Measured {
  readonly value: number;
  readonly unit: string;
  readonly reference: { readonly what: string; readonly value: number };
  /** Default: value / reference. */
  readonly ratio?: number;
}

/** A bench tells what it does on stderr as it goes. */
export interface Bench {
  readonly name: string;
  /** What the project asks of it, as a sentence. */
  readonly asked: string;
  meets(result: BenchResult): boolean;
  run(tell: (line: string) => void): Promise<Measured>;
}

const KIB_PER_MIB = 1024;

export function resultOf(name: string, measured: Measured): BenchResult {
  return {
    name,
    value: rounded(measured.value),
    unit: measured.unit,
    reference: { what: measured.reference.what, value: rounded(measured.reference.value) },
    ratio: Number((measured.ratio ?? measured.value / measured.reference.value).toFixed(3)),
    rssMb: Math.round(process.resourceUsage().maxRSS / KIB_PER_MIB),
    machine: `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`,
  };
}

function rounded(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toFixed(2));
}

/** Of several rounds: a neighbour's burst of work spoils one of them and not the figure. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError('There is no median of nothing');
  return sorted.length % 2 === 1 ? middle : (middle + (sorted[sorted.length / 2 - 1] ?? middle)) / 2;
}

/** Seconds that some work takes. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - started) / 1e9;
}
