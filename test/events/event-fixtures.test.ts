import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { EventDefinition } from '#event-store/event.js';
import { EventRegistry } from '#event-store/event-registry.js';
import { projectRoot } from '#platform/database/migrations.js';

const StoredEvent = z.strictObject({ type: z.string(), version: z.int().min(1), data: z.unknown() });
type StoredEvent = z.infer<typeof StoredEvent>;

const LIBS = join(projectRoot(), 'libs');

/** Every lib that has events, also one that did not exist when this was written. */
const contexts = readdirSync(LIBS)
  .filter((lib) => existsSync(join(LIBS, lib, 'events', 'events.ts')))
  .toSorted();

function isDefinition(value: unknown): value is EventDefinition {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    'version' in value &&
    'schema' in value &&
    'upcasters' in value
  );
}

/** What `events.ts` exports, alone or in a list. */
async function definitionsOf(context: string): Promise<EventDefinition[]> {
  const exported = Object.values((await import(join(LIBS, context, 'events', 'events.ts'))) as object);
  const found: unknown[] = exported.flatMap((value: unknown) =>
    Array.isArray(value) ? (value as unknown[]) : [value],
  );
  return [...new Set(found.filter(isDefinition))];
}

function fixturesOf(context: string): { file: string; stored: StoredEvent }[] {
  const directory = join(LIBS, context, 'events', 'fixtures');
  if (!existsSync(directory)) return [];
  return readdirSync(directory).map((file) => ({
    file,
    stored: StoredEvent.parse(JSON.parse(readFileSync(join(directory, file), 'utf8'))),
  }));
}

/** What is wrong with the fixtures of some definitions; nothing when all is well. */
function problemsOf(
  definitions: readonly EventDefinition[],
  fixtures: readonly { file: string; stored: StoredEvent }[],
): string[] {
  const registry = new EventRegistry(definitions);
  const problems: string[] = [];
  for (const { file, stored } of fixtures) {
    const named = `${stored.type}.v${stored.version}.json`;
    if (file !== named) problems.push(`${file} holds ${named}`);
    try {
      registry.upcast(stored.type, stored.version, stored.data);
    } catch (error) {
      problems.push(`${file}: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  for (const { type, version } of definitions) {
    for (let written = 1; written <= version; written += 1) {
      if (!fixtures.some(({ stored }) => stored.type === type && stored.version === written))
        problems.push(`${type}.v${written}.json is missing`);
    }
  }
  return problems;
}

describe('stored events', () => {
  it('are found in the contexts that decide', () => {
    expect(contexts).toEqual(expect.arrayContaining(['accounts', 'catalogue', 'fair-use', 'rating']));
  });

  it.each(contexts)(
    'of %s: every version ever written has a fixture, and each is read in the form of now',
    async (context) => {
      const definitions = await definitionsOf(context);
      expect(definitions.length).toBeGreaterThan(0);
      expect(problemsOf(definitions, fixturesOf(context))).toEqual([]);
    },
  );

  it('have one owner: no type is defined in two contexts', async () => {
    const all = (await Promise.all(contexts.map(definitionsOf))).flat();
    expect(() => new EventRegistry(all)).not.toThrow();
  });

  it('the check finds a missing version, a fixture of nobody, a wrong name and data that can not be read', () => {
    const definition: EventDefinition = {
      type: 'thing.done',
      version: 2,
      schema: z.object({ by: z.int() }),
      upcasters: { 1: (data) => ({ by: (data as { amount: number }).amount }) },
    };
    const stored = (type: string, version: number, data: unknown) => ({ type, version, data });
    expect(
      problemsOf(
        [definition],
        [
          { file: 'thing.done.v1.json', stored: stored('thing.done', 1, { amount: 'many' }) },
          { file: 'thing.undone.v1.json', stored: stored('thing.undone', 1, {}) },
          { file: 'thing.v3.json', stored: stored('thing.done', 3, { by: 1 }) },
        ],
      ),
    ).toEqual([
      expect.stringMatching(/^thing.done.v1.json: thing.done version 1 does not fit/),
      expect.stringMatching(/^thing.undone.v1.json: Event type thing.undone is not known/),
      'thing.v3.json holds thing.done.v3.json',
      expect.stringMatching(/^thing.v3.json: thing.done is stored in version 3/),
      'thing.done.v2.json is missing',
    ]);
    expect(
      problemsOf(
        [definition],
        [
          { file: 'thing.done.v1.json', stored: stored('thing.done', 1, { amount: 4 }) },
          { file: 'thing.done.v2.json', stored: stored('thing.done', 2, { by: 4 }) },
        ],
      ),
    ).toEqual([]);
  });
});
