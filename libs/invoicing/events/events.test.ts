import { readFileSync, readdirSync } from 'node:fs';
import { EventRegistry } from '#event-store/event-registry.js';
import { invoicingEvents } from './events.js';

interface StoredEvent {
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
}

describe('events of bill runs', () => {
  const folder = new URL('./fixtures/', import.meta.url);
  const registry = new EventRegistry(invoicingEvents);

  it.each(readdirSync(folder))('%s is read as it was once written', (file) => {
    const stored = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as StoredEvent;
    expect(file).toBe(`${stored.type}.v${stored.version}.json`);
    expect(registry.upcast(stored.type, stored.version, stored.data)).toEqual(stored.data);
  });

  it('every version of every type has a fixture', () => {
    const wanted = invoicingEvents.flatMap((event) =>
      Array.from({ length: event.version }, (_unused, index) => `${event.type}.v${index + 1}.json`),
    );
    expect(readdirSync(folder).toSorted()).toEqual(wanted.toSorted());
  });
});
