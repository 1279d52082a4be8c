import { readFileSync, readdirSync } from 'node:fs';
import { EventRegistry } from '#event-store/event-registry.js';
import { noticesEvents } from './events.js';

const FIXTURES = new URL('fixtures/', import.meta.url);

describe('events of notices', () => {
  const registry = new EventRegistry(noticesEvents);
  const files = readdirSync(FIXTURES);

  it('have a fixture of every version ever written', () => {
    const wanted = noticesEvents.flatMap(({ type, version }) =>
      Array.from({ length: version }, (_, index) => `${type}.v${index + 1}.json`),
    );
    expect(files.sort()).toEqual(wanted.sort());
  });

  it.each(files)('%s is read as it was written', (file) => {
    const { type, version, data } = JSON.parse(readFileSync(new URL(file, FIXTURES), 'utf8'));
    expect(registry.upcast(type, version, data)).toEqual(data);
  });

  it('take no text of a server as a cause, which could name an address', () => {
    const { type, version, data } = JSON.parse(
      readFileSync(new URL('notice.failed.v1.json', FIXTURES), 'utf8'),
    );
    const told = { ...data, cause: '550 No such user directie@korenaar.example' };
    expect(() => registry.upcast(type, version, told)).toThrow(/does not fit/);
  });
});
