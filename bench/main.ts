import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { appendBench } from './append.js';
import { type Bench, type BenchResult, resultOf } from './bench-result.js';
import { ingestFileBench } from './ingest-file.js';
import { ingestKafkaBench } from './ingest-kafka.js';
import { memoryBench } from './memory.js';
import { rateBench } from './rate.js';

const BENCHES: readonly Bench[] = [rateBench, appendBench, ingestFileBench, ingestKafkaBench, memoryBench];
const USAGE = `npm run bench -- [NAME] [--json]; NAME is one of ${BENCHES.map((bench) => bench.name).join(', ')}, all by default`;
const WRONG_USAGE = 2;

class UsageError extends Error {}

/** One name runs here; without a name each runs in a process of its own, so that none inherits another's memory or warm code. */
async function main(): Promise<number> {
  const { positionals, values } = readArguments();
  if (positionals.length > 1) throw new UsageError('One bench at a time, or none named for all');
  const [name] = positionals;
  if (name === undefined) return runEach(values.json);
  const bench = BENCHES.find((candidate) => candidate.name === name);
  if (bench === undefined) throw new UsageError(`There is no bench ${name}`);
  const measured = await bench.run((line) => process.stderr.write(`${bench.name}: ${line}\n`));
  const result = resultOf(bench.name, measured);
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : inWords(result, bench));
  return 0;
}

function readArguments() {
  try {
    return parseArgs({ allowPositionals: true, options: { json: { type: 'boolean', default: false } } });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function runEach(json: boolean): number {
  let failed = 0;
  for (const { name } of BENCHES) {
    const args = [...process.execArgv, fileURLToPath(import.meta.url), name, ...(json ? ['--json'] : [])];
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
    if (status !== 0) failed = 1;
  }
  return failed;
}

function inWords(result: BenchResult, bench: Bench): string {
  const figure = (value: number) => value.toLocaleString('en');
  return [
    `${result.name}: ${figure(result.value)} ${result.unit}`,
    `  reference  ${figure(result.reference.value)} (${result.reference.what})`,
    `  ratio      ${result.ratio}`,
    `  asked      ${bench.asked}: ${bench.meets(result) ? 'met' : 'NOT met'}`,
    `  memory     ${result.rssMb} MB at most`,
    `  machine    ${result.machine}`,
    '',
  ].join('\n');
}

try {
  process.exitCode = await main();
} catch (error) {
  const isUsage = error instanceof UsageError;
  const message = error instanceof Error ? (isUsage ? error.message : error.stack) : String(error);
  process.stderr.write(`${message}\n${isUsage ? `${USAGE}\n` : ''}`);
  process.exitCode = isUsage ? WRONG_USAGE : 1;
}
