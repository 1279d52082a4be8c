import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import type { StreamManifest } from './domain/call-stream.js';
import { type SimulationOptions, parseSimulationOptions } from './domain/options.js';
import type { Planted } from './domain/planted/planted.js';
import { type Simulation, simulate } from './domain/simulation.js';

export interface WrittenSimulation {
  readonly files: {
    readonly catalogue: string;
    readonly tariff: string;
    readonly accounts: string;
    readonly calls: string;
    readonly planted: string;
    readonly manifest: string;
  };
  readonly planted: readonly Planted[];
  readonly manifest: StreamManifest;
}

export interface WriteOptions {
  /** Stops, and leaves no half file of calls. */
  readonly signal?: AbortSignal | undefined;
  /** Told after each chunk, for a progress bar. */
  readonly onProgress?: ((characters: number) => void) | undefined;
}

/** What the system says when a directory can't be written: a person can do something about each. */
const EXPECTED = new Set([
  'EACCES',
  'EPERM',
  'ENOENT',
  'ENOTDIR',
  'EEXIST',
  'EROFS',
  'ENOSPC',
  'EISDIR',
  'EDQUOT',
]);

/**
 * Writes a simulation into a directory, which is made if need be: `catalogue.yaml`, `tariff.csv`, `accounts.jsonl`, `calls.jsonl`,
 * `planted.json`, `manifest.json`. Calls are written no faster than the disk takes them, and get their name when they are complete.
 */
export async function writeSimulation(
  options: SimulationOptions,
  directory: string,
  { signal, onProgress }: WriteOptions = {},
): Promise<Outcome<WrittenSimulation>> {
  const parsed = parseSimulationOptions(options);
  if (!parsed.ok) return parsed;
  const simulation = simulate(parsed.value);
  const file = (name: string) => join(directory, name);
  const files = {
    catalogue: file('catalogue.yaml'),
    tariff: file('tariff.csv'),
    accounts: file('accounts.jsonl'),
    calls: file('calls.jsonl'),
    planted: file('planted.json'),
    manifest: file('manifest.json'),
  };
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(files.catalogue, simulation.catalogue);
    await writeFile(files.tariff, simulation.tariff);
    await writeFile(files.accounts, simulation.accounts);
    await writeFile(files.planted, `${JSON.stringify(simulation.planted, null, 2)}\n`);
    const manifest = await writeCalls(simulation, files.calls, { signal, onProgress });
    await writeFile(files.manifest, `${JSON.stringify(manifest, null, 2)}\n`);
    return accepted({ files, planted: simulation.planted, manifest });
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === undefined || !EXPECTED.has(code)) throw error;
    return refused(
      'cannot-write',
      `The simulation can't be written to ${directory} (${code}). Give a directory that exists or can be made, with room in it.`,
    );
  }
}

async function writeCalls(
  simulation: Simulation,
  path: string,
  { signal, onProgress }: WriteOptions,
): Promise<StreamManifest> {
  const partial = `${path}.partial`;
  let manifest: StreamManifest | undefined;
  function* chunks() {
    const calls = simulation.calls();
    let characters = 0;
    for (let step = calls.next(); ; step = calls.next()) {
      if (step.done === true) {
        manifest = step.value;
        return;
      }
      characters += step.value.length;
      onProgress?.(characters);
      yield step.value;
    }
  }
  try {
    await pipeline(Readable.from(chunks()), createWriteStream(partial), { signal });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  if (manifest === undefined) throw new Error('The stream of calls ended without its counts');
  return manifest;
}

/** By its shape: an error of another realm is no instance of this one's `Error`. */
function systemCodeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
