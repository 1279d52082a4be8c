import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SimulationOptions, simulate, writeSimulation } from '#simulation/simulate.js';

function fingerprint(options: SimulationOptions): string {
  const simulation = simulate(options);
  const hash = createHash('sha256');
  hash.update(simulation.catalogue).update(simulation.tariff).update(simulation.accounts);
  hash.update(JSON.stringify(simulation.planted));
  const calls = simulation.calls();
  for (let step = calls.next(); ; step = calls.next()) {
    if (step.done === true) return hash.update(JSON.stringify(step.value)).digest('hex');
    hash.update(step.value);
  }
}

describe('a simulation', () => {
  const options = { accounts: 20, days: 4, seed: 4 };

  it('is the same to the byte for the same seed', () => {
    expect(fingerprint(options)).toBe(fingerprint({ ...options }));
  });

  it('is the same on every machine and version: this fingerprint changes only with the simulation itself', () => {
    expect(fingerprint(options)).toBe('0622ed774fb43e8aaa1ce2eb07c80597e6cb425c9f878e8e78afced5dcd1b463');
  });

  it.each([
    ['seed', { seed: 5 }],
    ['large seed', { seed: 4 + 2 ** 32 }],
    ['number of accounts', { accounts: 21 }],
    ['number of days', { days: 5 }],
  ])('is another one for another %s', (_what, other) => {
    expect(fingerprint({ ...options, ...other })).not.toBe(fingerprint(options));
  });

  it('can be asked for its calls twice', () => {
    const simulation = simulate(options);
    expect([...simulation.calls()].join('')).toBe([...simulation.calls()].join(''));
  });

  it('holds no more in memory for more days: what waits is a day of each account', () => {
    const peak = (days: number) => {
      const calls = simulate({ accounts: 8, days, seed: 4, badRecords: false }).calls();
      for (let step = calls.next(); ; step = calls.next()) {
        if (step.done === true) return { waiting: step.value.peakWaiting, records: step.value.records };
      }
    };
    const [short, long] = [peak(7), peak(70)];
    expect(long.records).toBeGreaterThan(8 * short.records);
    expect(long.waiting).toBeLessThan(2 * short.waiting);
    expect(long.waiting).toBeLessThan(long.records / 20);
  });

  it.each([
    [{ accounts: 0, days: 1, seed: 1 }, /accounts is 0; it must be a whole number from 1 to 30000/],
    [{ accounts: 1, days: 0, seed: 1 }, /days is 0/],
    [{ accounts: 1, days: 1, seed: -1 }, /seed is -1/],
    [{ accounts: 1.5, days: Number.NaN, seed: 1 }, /accounts is 1.5.*days is NaN/],
  ])('is refused for %j', (wrong, message) => {
    expect(() => simulate(wrong)).toThrow(message);
  });

  it.each([1, 2, 3])('is possible for %i account(s) and a day', (accounts) => {
    expect(simulate({ accounts, days: 1, seed: 1 }).accounts.split('\n')).toHaveLength(5 + accounts + 1);
    expect(() => [...simulate({ accounts, days: 1, seed: 1 }).calls()]).not.toThrow();
  });
});

describe('written to a directory', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'simulation-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const options = { accounts: 10, days: 4, seed: 4 };

  it('is the files that the commands load, and what was planted', async () => {
    const target = join(directory, 'made', 'here');
    const written = await writeSimulation(options, target);
    expect(written.ok).toBe(true);
    expect((await readdir(target)).toSorted()).toEqual([
      'accounts.jsonl',
      'calls.jsonl',
      'catalogue.yaml',
      'manifest.json',
      'planted.json',
      'tariff.csv',
    ]);
    const simulation = simulate(options);
    const read = (name: string) => readFile(join(target, name), 'utf8');
    expect(await read('calls.jsonl')).toBe([...simulation.calls()].join(''));
    expect(await read('accounts.jsonl')).toBe(simulation.accounts);
    expect(JSON.parse(await read('planted.json'))).toEqual(simulation.planted);
    expect(written.ok && written.value.manifest).toEqual(JSON.parse(await read('manifest.json')));
  });

  it('leaves no half file of calls when it is stopped', async () => {
    const stop = new AbortController();
    const writing = writeSimulation(options, directory, {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(writing).rejects.toThrow('abort');
    expect((await readdir(directory)).filter((name) => name.startsWith('calls'))).toEqual([]);
  });

  it('says what to do when the directory can’t be written', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    const refused = await writeSimulation(options, join(file, 'below'));
    expect(!refused.ok && refused.refusal.code).toBe('cannot-write');
    expect(!refused.ok && refused.refusal.message).toMatch(
      /can't be written to .*below \(ENOTDIR\)\. Give a directory/,
    );
  });

  it('says what is wrong with the options', async () => {
    const refused = await writeSimulation({ ...options, days: 0 }, directory);
    expect(!refused.ok && refused.refusal.code).toBe('invalid-simulation');
  });
});
