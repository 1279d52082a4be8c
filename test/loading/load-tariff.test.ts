import { CommandBus } from '@nestjs/cqrs';
import { LoadCalls } from '#call-log/load-calls/load-calls.js';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { instant } from '#calendar/instant.js';
import { LoadCatalogue } from '#catalogue/load-catalogue/load-catalogue.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { readTariffBook } from '#rating/store/tariff-store.js';
import { LoadTariff } from '#rating/load-tariff/load-tariff.js';
import { type CallLogUnderTest, fixture, loadExampleReference, startCallLog } from '../harness/reference.js';
import { readFileSync } from 'node:fs';

const HEADER =
  'tariff,valid_from,prefix,destination,class,connect_fee,per_minute,minimum_seconds,increment_seconds,period';
const file = (...rows: string[]) => [HEADER, ...rows].join('\n');

describe('loading a tariff', () => {
  let fairline: CallLogUnderTest;
  let commands: CommandBus;
  beforeAll(async () => {
    fairline = await startCallLog();
    commands = fairline.commands;
  });
  afterAll(async () => fairline.close());

  const load = (csv: string) => commands.execute(new LoadTariff(csv));
  const published = () =>
    fairline.test.database.query(
      "SELECT stream_id, stream_version FROM es.event WHERE event_type LIKE 'tariff.%' ORDER BY 1",
    );
  const priceOf = async (tariff: string, at = '2027-06-01T10:00:00Z') => {
    const book = await readTariffBook(fairline.test.database, Number.MAX_SAFE_INTEGER);
    return book
      .versionAt(tariff, instant(at))
      ?.price({ to: '+31201234567', answeredAt: instant(at), talkSeconds: 60 }, AMSTERDAM)?.charge;
  };

  it('without a catalogue is refused, with the way out', async () => {
    expect(await load(file('t,2026-01-01,+31,NL,nl-fixed,0,0.01,1,1,'))).toMatchObject({
      ok: false,
      refusal: { code: 'no-catalogue', message: expect.stringMatching(/fairline load catalogue/) },
    });
    await loadExampleReference(commands);
  });

  it('the same again changes nothing, whatever the order of its rows', async () => {
    const rows = [
      'a,2027-01-01,+31,NL,nl-fixed,0,0.01,1,1,peak',
      'a,2027-01-01,+31,NL,nl-fixed,0,0.005,1,1,off-peak',
      'a,2027-01-01,+49,DE,eu,0,0.05,1,1,',
    ];
    expect(acceptedOrThrow(await load(file(...rows)))).toMatchObject({
      loaded: ['tariff a of 2027-01-01'],
      unchanged: [],
    });
    const before = await published();
    for (const order of [rows, rows.toReversed()]) {
      expect(acceptedOrThrow(await load(file(...order)))).toMatchObject({
        loaded: [],
        unchanged: ['tariff a of 2027-01-01'],
      });
    }
    expect(await published()).toEqual(before);
  });

  it('with other content is refused and names the prefixes that differ, and only these', async () => {
    const changed = file(
      'a,2027-01-01,+31,NL,nl-fixed,0,0.01,1,1,peak',
      'a,2027-01-01,+31,NL,nl-fixed,0,0.005,1,1,off-peak',
      'a,2027-01-01,+49,DE,eu,0,0.06,1,1,',
      'a,2027-01-01,+32,BE,eu,0,0.06,1,1,',
    );
    expect(await load(changed)).toMatchObject({
      ok: false,
      refusal: { code: 'version-exists', details: { prefixes: ['+32', '+49'] } },
    });
  });

  it('of which one version is wrong loads none of the file', async () => {
    const result = await load(
      file('b,2027-01-01,+31,NL,nl-fixed,0,0.01,1,1,', 'a,2027-01-01,+49,DE,eu,0,0.99,1,1,'),
    );
    expect(result).toMatchObject({ ok: false });
    expect(await priceOf('b')).toBeUndefined();
  });

  it('after the catalogue got other hours the file that was loaded before is still the same', async () => {
    const yaml = readFileSync(fixture('examples/catalogue.yaml'), 'utf8').replace('"19:00"', '"20:00"');
    acceptedOrThrow(await commands.execute(new LoadCatalogue(`valid_from: 2026-02-01\n${yaml}`)));
    const rows = [
      'a,2027-01-01,+31,NL,nl-fixed,0,0.01,1,1,peak',
      'a,2027-01-01,+31,NL,nl-fixed,0,0.005,1,1,off-peak',
      'a,2027-01-01,+49,DE,eu,0,0.05,1,1,',
    ];
    expect(acceptedOrThrow(await load(file(...rows)))).toMatchObject({
      unchanged: ['tariff a of 2027-01-01'],
    });
  });

  it('the same version loaded by several at once is published once', async () => {
    const csv = file('c,2027-01-01,+31,NL,nl-fixed,0,0.01,1,1,');
    const results = await Promise.all([1, 2, 3, 4].map(() => load(csv)));
    const reports = results.map(acceptedOrThrow);
    expect(reports.flatMap((one) => one.loaded)).toEqual(['tariff c of 2027-01-01']);
    expect(reports.flatMap((one) => one.unchanged)).toHaveLength(3);
    expect(await priceOf('c')).toBe(10_000);
  });

  it('one version loaded with two contents at once: one holds and can be priced, the other is refused', async () => {
    for (let round = 0; round < 6; round += 1) {
      const of = (price: string) => load(file(`d${round},2027-01-01,+31,NL,nl-fixed,0,${price},1,1,`));
      const results = await Promise.all([of('0.01'), of('0.02'), of('0.03')]);
      const won = results.findIndex((result) => result.ok);
      expect(results.map((result) => (result.ok ? 'loaded' : result.refusal.code)).toSorted()).toEqual([
        'loaded',
        'version-exists',
        'version-exists',
      ]);
      expect(await priceOf(`d${round}`)).toBe((won + 1) * 10_000);
    }
  });

  it('a version in the past of rated calls is refused', async () => {
    acceptedOrThrow(await commands.execute(new LoadCalls([fixture('examples/calls.jsonl')])));
    expect(await load(file('regular,2026-10-02,+31,NL,nl-fixed,0,0.01,1,1,'))).toMatchObject({
      ok: false,
      refusal: {
        code: 'tariff-in-use',
        message: expect.stringMatching(/2026-10-\d\d.*Choose a valid_from after that day/),
      },
    });
    acceptedOrThrow(await load(file('regular,2027-01-01,+31,NL,nl-fixed,0,0.01,1,1,')));
  });
});
