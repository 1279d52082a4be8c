import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiApplication } from '#apps/api/api-application.js';
import { IntakePressure } from '#apps/api/intake-pressure.js';
import { allContexts } from '#apps/contexts.js';
import { type Program, openProgram } from '#apps/program.js';
import { instant } from '#calendar/instant.js';
import { settingsFrom } from '#platform/config/settings.js';
import { projectRoot } from '#platform/database/migrations.js';
import { type TestDatabase, createTestDatabase } from '#platform/testing/test-database.js';
import { fixture } from '../harness/reference.js';

const OPENAPI = join(projectRoot(), 'docs/reference/openapi.json');
const CASE = '0f8fad5b-d9cb-569f-a165-70867728950e';
const DAYS = 'from=2026-10-01&to=2026-10-31';

describe('the HTTP API', () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'fairline-api-'));
  const pressure = new IntakePressure(2);
  let test: TestDatabase;
  let program: Program;
  let url: string;
  let token: string;

  beforeAll(async () => {
    test = await createTestDatabase();
    const settings = settingsFrom({
      DATABASE_URL: test.url,
      FAIRLINE_DATA_DIR: dataDirectory,
      FAIRLINE_PORT: '0',
    });
    if (!settings.ok) throw new Error(settings.refusal.message);
    const api = apiApplication(settings.value, pressure);
    program = await openProgram({
      name: 'test',
      settings: settings.value,
      contexts: allContexts,
      migration: 'embedded',
      create: api.create,
      controllers: api.controllers,
      providers: api.providers,
    });
    await program.clock.stepTo(instant('2026-11-25T12:00:00+01:00'));
    url = await api.listen(program);
    token = readFileSync(join(dataDirectory, 'api-token'), 'utf8').trim();
  });
  afterAll(async () => {
    await program.close();
    rmSync(dataDirectory, { recursive: true, force: true });
    await test.drop();
  });

  const call = async (path: string, options: { body?: string; type?: string; bearer?: string } = {}) => {
    const { body, type = 'application/json', bearer = token } = options;
    const answer = await fetch(`${url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${bearer}`, ...(body === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body }),
    });
    return {
      status: answer.status,
      type: answer.headers.get('content-type'),
      retryAfter: answer.headers.get('retry-after'),
      body: (await answer.json()) as unknown,
    };
  };
  const text = (path: string) => readFileSync(fixture(path), 'utf8');
  const record = (id: string, more: object = {}) => ({
    source: 'http-1',
    id,
    direction: 'outbound',
    from: '+31201234500',
    to: '+31201234567',
    startedAt: '2026-10-06T10:00:00+02:00',
    answeredAt: '2026-10-06T10:00:05+02:00',
    endedAt: '2026-10-06T10:01:05+02:00',
    account: 'A1001',
    ...more,
  });

  it('the token is readable by its owner only; without it, or with another, nothing is answered', async () => {
    expect(statSync(join(dataDirectory, 'api-token')).mode & 0o777).toBe(0o600);
    for (const bearer of ['', 'x', `${token}x`, token.slice(0, -1)]) {
      expect(await call('/v1/quarantine', { bearer })).toMatchObject({
        status: 401,
        type: 'application/problem+json; charset=utf-8',
        body: { code: 'unauthenticated', status: 401 },
      });
    }
  });

  it('health is open', async () => {
    expect(await call('/health/live', { bearer: '' })).toMatchObject({ status: 200, body: { live: true } });
    expect(await call('/health/ready', { bearer: '' })).toMatchObject({ status: 200, body: { ready: true } });
  });

  it('an unknown path is a problem document', async () => {
    for (const path of ['/v1/nothing', '/v1', '/nothing']) {
      expect(await call(path)).toMatchObject({
        status: 404,
        type: 'application/problem+json; charset=utf-8',
        body: { code: 'no-such-path', title: 'Not Found' },
      });
    }
  });

  it('loads catalogue, tariffs and accounts as text', async () => {
    expect(
      await call('/v1/catalogue', { body: text('examples/catalogue.yaml'), type: 'application/yaml' }),
    ).toMatchObject({
      status: 200,
      body: { loaded: ['catalogue from the beginning'] },
    });
    expect(
      await call('/v1/tariffs', { body: text('examples/tariff-regular.csv'), type: 'text/csv' }),
    ).toMatchObject({ status: 200 });
    expect(
      await call('/v1/accounts', { body: text('examples/accounts.jsonl'), type: 'application/x-ndjson' }),
    ).toMatchObject({ status: 200, body: { loaded: ['R1', 'A1001', 'A1002'] } });
    expect(await call('/v1/accounts', { body: '{"id":', type: 'application/x-ndjson' })).toMatchObject({
      status: 422,
      body: { code: 'invalid-accounts' },
    });
    expect(await call('/v1/catalogue', { body: '', type: 'application/yaml' })).toMatchObject({
      status: 400,
    });
  });

  it('stores one record, an array and lines, each once, with one result per record', async () => {
    expect(await call('/v1/call-records', { body: JSON.stringify(record('h-1')) })).toMatchObject({
      status: 200,
      body: { results: [{ result: 'accepted', reason: null }], read: 1, accepted: 1 },
    });
    const array = `[${JSON.stringify(record('h-1'))}, {"source":"s", "id":"}],["}, ${JSON.stringify(record('h-2'))}]`;
    const first = await call('/v1/call-records', { body: array });
    expect(first).toMatchObject({
      status: 200,
      body: { results: [{ result: 'duplicate' }, { result: 'invalid' }, { result: 'accepted' }], read: 3 },
    });
    const lines = `${JSON.stringify(record('h-3'))}\n\nnot json\n${JSON.stringify(record('h-2', { to: '+31201234568' }))}\n`;
    expect(await call('/v1/call-records', { body: lines, type: 'application/x-ndjson' })).toMatchObject({
      status: 200,
      body: { results: [{ result: 'accepted' }, { result: 'unreadable' }, { result: 'conflict' }] },
    });
  });

  it('keeps what it quarantines as it was sent', async () => {
    const { body } = await call('/v1/quarantine?code=invalid');
    expect(body).toMatchObject([{ origin: 'http', raw: '{"source":"s", "id":"}],["}' }]);
    expect(await call('/v1/quarantine?code=unheard-of')).toMatchObject({
      status: 422,
      body: { code: 'invalid' },
    });
  });

  it('a request without records, or with too many, is refused', async () => {
    expect(await call('/v1/call-records', { body: '[]' })).toMatchObject({
      status: 400,
      body: { code: 'empty-body' },
    });
    expect(
      await call('/v1/call-records', { body: '1\n'.repeat(20_001), type: 'application/x-ndjson' }),
    ).toMatchObject({
      status: 413,
      body: { code: 'too-many-records' },
    });
  });

  it('under pressure says when to come again, and takes the records then', async () => {
    const places = [pressure.enter(), pressure.enter()];
    const body = JSON.stringify(record('h-9'));
    expect(await call('/v1/call-records', { body })).toMatchObject({
      status: 429,
      retryAfter: '1',
      body: { code: 'under-pressure' },
    });
    for (const leave of places) leave?.();
    expect(await call('/v1/call-records', { body })).toMatchObject({ status: 200 });
  });

  it('shows usage, prices and calls a page at a time', async () => {
    expect(await call(`/v1/accounts/A1001/usage?${DAYS}`)).toMatchObject({
      status: 200,
      body: { account: 'A1001' },
    });
    expect(
      await call('/v1/rate?tariff=regular&to=0612345678&at=2026-10-05T18:59:00%2B02:00&seconds=180'),
    ).toMatchObject({ status: 200, body: { charge: '0.3200' } });
    const seen: string[] = [];
    for (let after = ''; ;) {
      const page = await call(`/v1/accounts/A1001/calls?${DAYS}&limit=2${after}`);
      const { calls, next } = page.body as { calls: { id: string }[]; next: string | null };
      seen.push(...calls.map(({ id }) => id));
      if (next === null) break;
      after = `&after=${encodeURIComponent(next)}`;
    }
    expect(seen.toSorted()).toEqual(['h-1', 'h-2', 'h-3', 'h-9']);
  });

  it.each<[string, string | undefined, number, string]>([
    [`/v1/accounts/A9999/usage?${DAYS}`, undefined, 404, 'unknown-account'],
    [`/v1/accounts/A%20/usage?${DAYS}`, undefined, 422, 'invalid'],
    ['/v1/accounts/A1001/usage?from=2026-10-02&to=2026-10-01', undefined, 422, 'invalid'],
    ['/v1/accounts/A1001/usage?from=2026-13-02&to=2026-10-01', undefined, 422, 'invalid'],
    [`/v1/accounts/A1001/calls?${DAYS}&after=there`, undefined, 422, 'invalid-page'],
    [
      '/v1/rate?tariff=gold&to=112&at=2026-10-05T18:59:00%2B02:00&seconds=180',
      undefined,
      404,
      'unknown-tariff',
    ],
    [`/v1/fair-use/cases/${CASE}`, undefined, 404, 'no-such-case'],
    ['/v1/fair-use/cases/12', undefined, 422, 'invalid'],
    [`/v1/fair-use/cases/${CASE}/notice`, '{"by":"b.jansen"}', 404, 'no-such-case'],
    [`/v1/fair-use/cases/${CASE}/notice`, '{}', 422, 'invalid'],
    [
      `/v1/fair-use/cases/${CASE}/measure/propose`,
      '{"by":"b","kind":"limit","reason":"x"}',
      404,
      'no-such-case',
    ],
    [`/v1/fair-use/cases/${CASE}/measure/approve`, `{"by":"b","measureId":"${CASE}"}`, 404, 'no-such-case'],
    [`/v1/fair-use/cases/${CASE}/measure/applied`, `{"by":"b","measureId":"${CASE}"}`, 404, 'no-such-case'],
    [`/v1/fair-use/cases/${CASE}/measure/undo`, '{"by":"b","reason":"x"}', 404, 'no-such-case'],
    [
      `/v1/fair-use/cases/${CASE}/dismiss`,
      '{"by":"b","reason":"x","until":"2026-12-31"}',
      404,
      'no-such-case',
    ],
    [
      `/v1/fair-use/cases/${CASE}/exception`,
      '{"by":"b","reason":"x","until":"2026-12-31"}',
      404,
      'no-such-case',
    ],
    [`/v1/fair-use/cases/${CASE}/close`, '{"by":"b"}', 404, 'no-such-case'],
    ['/v1/fair-use/evaluations', '{"through":"2026-11-25","by":"b"}', 422, 'day-not-over'],
    ['/v1/fair-use/evaluations', '{"through"', 400, 'unreadable'],
    ['/v1/accounts/A1001/subscription-changes/preview', '{"from":"2026-10-01","by":"b"}', 422, 'invalid'],
    ['/v1/bill-runs/2026-09', undefined, 404, 'no-bill-run'],
    ['/v1/bill-runs/2026-9', undefined, 422, 'invalid'],
  ])('%s %s is %d %s', async (path, body, status, code) => {
    expect(await call(path, body === undefined ? {} : { body })).toMatchObject({
      status,
      type: 'application/problem+json; charset=utf-8',
      body: { status, code, type: `urn:fairline:problem:${code}` },
    });
  });

  it('previews and confirms a change, judges, drafts and verifies', async () => {
    const change = { from: '2026-10-05', plan: 'metered', by: 'b.jansen' };
    const preview = await call('/v1/accounts/A1001/subscription-changes/preview', {
      body: JSON.stringify(change),
    });
    expect(preview.status).toBe(200);
    const { hash, total } = preview.body as { hash: string; total: string };
    expect(
      await call('/v1/accounts/A1001/subscription-changes/confirm', {
        body: JSON.stringify({ ...change, hash }),
      }),
    ).toMatchObject({ status: 200, body: { total, repeated: false } });
    await program.runner.drain();
    expect(
      await call('/v1/fair-use/evaluations', { body: '{"through":"2026-10-31","force":true,"by":"b"}' }),
    ).toMatchObject({ status: 200, body: { through: '2026-10-31' } });
    expect(await call('/v1/fair-use/cases?status=open')).toMatchObject({ status: 200, body: [] });
    expect(await call('/v1/bill-runs/2026-10', { body: '{"by":"b"}' })).toMatchObject({ status: 200 });
    expect(await call('/v1/bill-runs/2026-10')).toMatchObject({ status: 200, body: { period: '2026-10' } });
    expect(await call('/v1/bill-runs/2026-10/drafts/A1001')).toMatchObject({
      status: 200,
      body: { account: 'A1001' },
    });
    const verified = await call('/v1/verify', { body: '' });
    const { checks } = verified.body as { checks: { name: string; differences: string[] }[] };
    expect(checks.filter((check) => check.differences.length > 0)).toEqual([]);
  });

  it('is described by docs/reference/openapi.json (FAIRLINE_UPDATE_DOCS=1 writes it anew)', async () => {
    const { body } = await call('/v1/openapi.json');
    if (process.env.FAIRLINE_UPDATE_DOCS === '1')
      writeFileSync(OPENAPI, `${JSON.stringify(body, null, 2)}\n`);
    expect(body).toEqual(JSON.parse(readFileSync(OPENAPI, 'utf8')));
    expect(body).toMatchObject({ openapi: '3.1.0' });
    const operations = Object.values(
      (body as { paths: Record<string, Record<string, { operationId: string }>> }).paths,
    )
      .flatMap((path) => Object.values(path))
      .map(({ operationId }) => operationId);
    expect(new Set(operations).size).toBe(operations.length);
  });
});
