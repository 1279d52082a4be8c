import { readFileSync, readdirSync } from 'node:fs';
import { EventRegistry } from '#event-store/event-registry.js';
import { retroRatingEvents } from './events.js';

describe('events of retroactive rating', () => {
  const folder = new URL('fixtures/', import.meta.url);
  const registry = new EventRegistry(retroRatingEvents);

  it.each(readdirSync(folder))('%s, as it was once written, is still read', (file) => {
    const stored = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as {
      type: string;
      version: number;
      data: object;
    };
    expect(file).toBe(`${stored.type}.v${stored.version}.json`);
    expect(registry.upcast(stored.type, stored.version, stored.data)).toEqual(stored.data);
  });

  it('each version ever written has its fixture', () => {
    const versions = retroRatingEvents.flatMap(({ type, version }) =>
      Array.from({ length: version }, (_unused, index) => `${type}.v${index + 1}.json`),
    );
    expect(readdirSync(folder).toSorted()).toEqual(versions.toSorted());
  });
});
