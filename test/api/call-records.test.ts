import { jest } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiApplication } from '#apps/api/api-application.js';
import { apiToken } from '#apps/api/api-token.js';
import { allContexts } from '#apps/contexts.js';
import { type Program, openProgram } from '#apps/program.js';
import { instant } from '#calendar/instant.js';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { settingsFrom } from '#platform/config/settings.js';
import { type TestDatabase, createTestDatabase } from '#platform/testing/test-database.js';
import { fixture, loadExampleReference } from '../harness/reference.js';

interface Report {
  readonly results: readonly { readonly result: string; readonly reason: string | null }[];
  readonly read: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly quarantined: Readonly<Record<string, number>>;
}

let serial = 0;
/** A call of the examples' first account that nobody sent before. */
const newCall = (change: Record<string, unknown> = {}) => ({
  source: 'http-test',
  id: `h-${(serial += 1)}`,
  direction: 'outbound',
  from: '+31302000101',
  to: '0201234567',
  startedAt: '2026-10-05T10:00:00+02:00',
  answeredAt: '2026-10-05T10:00:05+02:00',
  endedAt: '2026-10-05T10:01:05+02:00',
  ...change,
});

describe('POST /v1/call-records', () => {
  const directory = mkdtempSync(join(tmpdir(), 'fairline-api-'));
  let test: TestDatabase;
  let program: Program;
  let address: string;
  let writer: CallLogWriter;
  beforeAll(async () => {
    test = await createTestDatabase();
    const settings = acceptedOrThrow(
      settingsFrom({ DATABASE_URL: test.url, FAIRLINE_DATA_DIR: directory, FAIRLINE_PORT: '0' }),
    );
    const api = apiApplication(settings);
    const { create, controllers, providers } = api;
    program = await openProgram({
      name: 'api',
      settings,
      contexts: allContexts,
      subscriptions: [],
      migration: 'embedded',
      create,
      controllers,
      providers,
    });
    address = await api.listen(program);
    writer = program.app.get(CallLogWriter);
    await loadExampleReference(program.commands);
    acceptedOrThrow(await program.clock.stepTo(instant('2026-11-15T00:00:00Z')));
  });
  afterAll(async () => {
    await program.close();
    await test.drop();
    rmSync(directory, { recursive: true, force: true });
  });

  const post = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
    fetch(`${address}/v1/call-records`, {
      method: 'POST',
      body,
      headers: {
        authorization: `Bearer ${apiToken(directory)}`,
        'content-type': 'application/json',
        ...headers,
      },
    });
  const reportOf = async (body: unknown, headers?: Record<string, string>): Promise<Report> => {
    const response = await post(typeof body === 'string' ? body : JSON.stringify(body), headers);
    expect(response.status).toBe(200);
    return (await response.json()) as Report;
  };
  const resultsOf = async (body: unknown, headers?: Record<string, string>) =>
    (await reportOf(body, headers)).results.map(({ result }) => result);
  const quarantined = async () => {
    const [row] = await test.database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM ingest.quarantine WHERE origin = 'http'`,
    );
    return row?.count;
  };
  const NDJSON = { 'content-type': 'application/x-ndjson' };

  it('answers one result per record in the order of the records, for an object, an array and lines', async () => {
    const [first, second, third] = [newCall(), newCall(), newCall()];
    const bad = newCall({ to: 'nobody' });
    expect(await resultsOf(first)).toEqual(['accepted']);
    expect(await resultsOf([second, bad, first, { ...second, to: '0612345678' }, 7, second])).toEqual([
      'accepted',
      'invalid',
      'duplicate',
      'conflict',
      'unreadable',
      'duplicate',
    ]);
    const lines = [JSON.stringify(third), '', 'rubbish', JSON.stringify(second)].join('\r\n');
    expect(await reportOf(lines, NDJSON)).toEqual({
      results: [
        { result: 'accepted', reason: null },
        { result: 'unreadable', reason: expect.stringMatching(/^The record is not JSON/) },
        { result: 'duplicate', reason: null },
      ],
      read: 3,
      accepted: 1,
      duplicates: 1,
      quarantined: { unreadable: 1 },
    });
  });

  it('sent again, whole, in other groups or as another type, stores nothing twice and keeps nothing twice', async () => {
    const records = [
      newCall(),
      newCall({ direction: 'up' }),
      newCall(),
      newCall({ from: '+31999999999' }),
      newCall(),
    ];
    const body = JSON.stringify(records);
    const expected = ['accepted', 'invalid', 'accepted', 'unknown-account', 'accepted'];
    const again = expected.map((result) => (result === 'accepted' ? 'duplicate' : result));
    expect(await resultsOf(body)).toEqual(expected);
    const kept = await quarantined();
    expect(await resultsOf(body)).toEqual(again);
    expect(await resultsOf(records.map((one) => JSON.stringify(one)).join('\n'), NDJSON)).toEqual(again);
    expect([...(await resultsOf(records.slice(0, 2))), ...(await resultsOf(records.slice(2)))]).toEqual(
      again,
    );
    for (const [index, record] of records.entries()) expect(await resultsOf(record)).toEqual([again[index]]);
    expect(await resultsOf(records.toReversed())).toEqual(again.toReversed());
    expect(await quarantined()).toBe(kept);
  });

  it('keeps different records that stood at the same place', async () => {
    const before = (await quarantined()) ?? 0;
    for (const to of ['nobody', 'no one', 'none']) await reportOf(newCall({ to }));
    expect(await quarantined()).toBe(before + 3);
  });

  it('that failed between store and answer is answered with duplicates when it is sent again', async () => {
    const records = [newCall(), newCall({ to: '' })];
    const storeBatch = writer.storeBatch.bind(writer);
    const spy = jest.spyOn(writer, 'storeBatch').mockImplementationOnce(async (batch, now) => {
      await storeBatch(batch, now);
      throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
    });
    expect((await post(JSON.stringify(records))).status).toBe(503);
    spy.mockRestore();
    expect(await resultsOf(records)).toEqual(['duplicate', 'invalid']);
  });

  it('takes CloudEvents, one, a batch or lines of them; what claims to be one has to be one', async () => {
    const { source, id, ...data } = newCall();
    const event = { specversion: '1.0', type: 'call.ended', source, id, data };
    const EVENT = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
    const BATCH = { 'content-type': 'application/cloudevents-batch+json' };
    expect(await resultsOf(event, EVENT)).toEqual(['accepted']);
    expect(await resultsOf([event, { ...event, id: 'other' }, { ...event, data: 'x' }], BATCH)).toEqual([
      'duplicate',
      'accepted',
      'invalid',
    ]);
    expect(await resultsOf(JSON.stringify(event), NDJSON)).toEqual(['duplicate']);
    expect(await resultsOf({ source, id, ...data })).toEqual(['duplicate']);
    expect((await reportOf(newCall(), EVENT)).results[0]?.reason).toMatch(
      /^The CloudEvents envelope has no data/,
    );
  });

  it('a record may have 16 KiB and not a byte more; of a longer one not everything is kept', async () => {
    const padded = (bytes: number) => {
      const call = newCall({ note: '' });
      return JSON.stringify({ ...call, note: 'x'.repeat(bytes - JSON.stringify(call).length) });
    };
    expect(await resultsOf(padded(16_384))).toEqual(['accepted']);
    expect(await resultsOf(`[${padded(16_385)},${padded(3_000_000)}]`)).toEqual(['unreadable', 'unreadable']);
    const [longest] = await test.database.query<{ bytes: number }>(
      `SELECT max(length(raw))::int AS bytes FROM ingest.quarantine WHERE origin = 'http'`,
    );
    expect(longest?.bytes).toBe(20 * 1024);
  });

  it.each([
    ['a body over 16 MiB', 'x'.repeat(16 * 1024 * 1024 + 1), {}, 413, 'payload-too-large'],
    ['more than 20,000 records', `[${'1,'.repeat(20_000)}1]`, {}, 413, 'too-many-records'],
    ['an empty body', '', {}, 400, 'empty-body'],
    ['an empty array', '[]', {}, 400, 'empty-body'],
    ['another type', 'a,b', { 'content-type': 'text/csv' }, 415, 'unsupported-media-type'],
    ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported-media-type'],
    ['a packed body', 'x', { 'content-encoding': 'gzip' }, 415, 'unsupported-media-type'],
    [
      'a CloudEvent in binary form',
      '{}',
      { 'ce-id': '1', 'ce-specversion': '1.0' },
      415,
      'unsupported-media-type',
    ],
  ] as [string, string, Record<string, string>, number, string][])(
    '%s is refused as a problem',
    async (_what, body, headers, status, code) => {
      const response = await post(body, headers);
      expect([response.status, response.headers.get('content-type')]).toEqual([
        status,
        'application/problem+json; charset=utf-8',
      ]);
      expect(await response.json()).toMatchObject({ status, code, detail: expect.stringMatching(/.{10}/) });
    },
  );

  it('without its token costs nothing and tells how to have one', async () => {
    expect((await post('{}', { authorization: 'Bearer wrong' })).status).toBe(401);
    expect(readFileSync(join(directory, 'api-token'), 'utf8').trim()).toBe(apiToken(directory));
  });

  it('under pressure is told to come again, also while the writer works for clients that have gone away', async () => {
    let release = () => {};
    const blocked = new Promise<void>((resolve) => {
      release = resolve;
    });
    const storeBatch = writer.storeBatch.bind(writer);
    let begun = 0;
    const spy = jest.spyOn(writer, 'storeBatch').mockImplementation(async (batch, now) => {
      begun += 1;
      await blocked;
      return storeBatch(batch, now);
    });
    const until = async (condition: () => Promise<boolean> | boolean) => {
      for (let attempt = 0; attempt < 3_000; attempt += 1) {
        if (await condition()) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error('What was waited for did not come');
    };
    const patient = newCall();
    const waiting = [resultsOf(patient), resultsOf(newCall()), resultsOf(newCall())];
    const impatient = new AbortController();
    const gone = fetch(`${address}/v1/call-records`, {
      method: 'POST',
      body: JSON.stringify(newCall()),
      headers: { authorization: `Bearer ${apiToken(directory)}`, 'content-type': 'application/json' },
      signal: impatient.signal,
    }).catch((error: unknown) => error);
    await until(() => begun === 4);
    const refused = await post(JSON.stringify(newCall()));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await refused.json()).toMatchObject({ code: 'under-pressure' });

    impatient.abort();
    await gone;
    // Its request is over, its records are still in memory.
    for (let attempt = 0; attempt < 20; attempt += 1) expect((await post('{}')).status).toBe(429);

    release();
    expect(await Promise.all(waiting)).toEqual([['accepted'], ['accepted'], ['accepted']]);
    spy.mockRestore();
    await until(async () => (await post(JSON.stringify(patient))).status === 200);
    expect(await resultsOf(patient)).toEqual(['duplicate']);
  });

  it('takes the example calls as a file does', async () => {
    const lines = readFileSync(fixture('examples/calls.jsonl'), 'utf8');
    const first = await reportOf(lines, NDJSON);
    expect(first.read).toBe(
      first.accepted + first.duplicates + Object.values(first.quarantined).reduce((a, b) => a + b, 0),
    );
    expect((await reportOf(lines, NDJSON)).accepted).toBe(0);
  });
});
