import { readFileSync } from 'node:fs';
import { EventRegistry } from '#event-store/event-registry.js';
import { EventStore } from '#event-store/event-store.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { type TestDatabase, createTestDatabase } from '#platform/testing/test-database.js';
import { type Instant, instant } from '#calendar/instant.js';
import { localDate } from '#calendar/local-date.js';
import { catalogueEvents } from '../events/events.js';
import { readCatalogue } from '../store/catalogue-store.js';
import { readReferenceHead } from '../store/reference-head.js';
import { verifyCatalogue } from '../verify-catalogue/verify-catalogue.js';
import { LoadCatalogue, LoadCatalogueHandler } from './load-catalogue.js';

const EXAMPLE = readFileSync(
  new URL('../../../test/fixtures/examples/catalogue.yaml', import.meta.url),
  'utf8',
);

describe('loading a catalogue', () => {
  let test: TestDatabase;
  let handler: LoadCatalogueHandler;
  let latestCall: Instant | undefined;
  beforeAll(async () => {
    test = await createTestDatabase();
    handler = new LoadCatalogueHandler(
      test.database,
      {
        latestSince: (since) =>
          Promise.resolve(latestCall !== undefined && latestCall >= since ? latestCall : undefined),
        latestByTariffSince: () => Promise.resolve(undefined),
      },
      new EventStore(test.database, new EventRegistry(catalogueEvents)),
      new BusinessClock(test.database),
    );
  });
  afterAll(async () => test.drop());
  const load = (yaml: string) => handler.execute(new LoadCatalogue(yaml));

  it('by several at once publishes it once', async () => {
    const reports = (await Promise.all([1, 2, 3].map(() => load(EXAMPLE)))).map(acceptedOrThrow);
    expect(reports.flatMap((one) => one.loaded)).toEqual(['catalogue from the beginning']);
    expect(reports.flatMap((one) => one.unchanged)).toHaveLength(2);
    expect(await readReferenceHead(test.database)).toBe(1);
  });

  it('again, with other comments, does nothing', async () => {
    expect(acceptedOrThrow(await load(`# today\n${EXAMPLE}`))).toMatchObject({
      loaded: [],
      unchanged: ['catalogue from the beginning'],
    });
    expect(await readReferenceHead(test.database)).toBe(1);
  });

  it('with other content for the same day is refused, with the way out', async () => {
    expect(await load(EXAMPLE.replace('"14.95"', '"15.95"'))).toMatchObject({
      ok: false,
      refusal: { code: 'version-exists', message: expect.stringMatching(/never changes.*later valid_from/) },
    });
  });

  it('of a later day leaves what was known before as it was', async () => {
    acceptedOrThrow(await load(`valid_from: 2026-11-01\n${EXAMPLE.replace('"14.95"', '"15.95"')}`));
    const priceKnownAt = async (position: number) =>
      (await readCatalogue(test.database, position)).planAt('unlimited', localDate('2026-11-01'))
        ?.pricePerSeat;
    expect([await priceKnownAt(1), await priceKnownAt(await readReferenceHead(test.database))]).toEqual([
      14_950_000, 15_950_000,
    ]);
    expect(await verifyCatalogue(test.database)).toEqual({ name: 'catalogue', compared: 2, differences: [] });
  });

  it('that is wrong loads nothing', async () => {
    const head = await readReferenceHead(test.database);
    expect(await load('currency: EUR')).toMatchObject({ ok: false, refusal: { code: 'invalid-catalogue' } });
    expect(await readReferenceHead(test.database)).toBe(head);
  });

  it('of a day on which calls are rated already is refused, of the day after them it is taken', async () => {
    latestCall = instant('2026-10-14T22:30:00Z');
    const version = (from: string) => `valid_from: ${from}\n${EXAMPLE}`;
    expect(await load(version('2026-10-15'))).toMatchObject({
      ok: false,
      refusal: { code: 'catalogue-in-use', message: expect.stringContaining('2026-10-15') },
    });
    expect(acceptedOrThrow(await load(version('2026-10-16'))).loaded).toEqual(['catalogue 2026-10-16']);
  });
});
