import { readFileSync } from 'node:fs';
import { LoadCalls } from '#call-log/load-calls/load-calls.js';
import { ShowCalls, type ShownCall } from '#call-log/show-calls/show-calls.js';
import { localDate } from '#calendar/local-date.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { ShowUsage } from '#usage/show-usage/show-usage.js';
import { type CallLogUnderTest, fixture, loadExampleReference, startCallLog } from '../harness/reference.js';

interface Expected {
  readonly load: object;
  readonly calls: readonly Record<string, unknown>[];
  readonly perDaySeconds: { readonly A1001: Readonly<Record<string, number>> };
}
const expected = JSON.parse(readFileSync(fixture('examples/expected.json'), 'utf8')) as Expected;

describe('the examples, computed independently with exact fractions', () => {
  let fairline: CallLogUnderTest;
  beforeAll(async () => {
    fairline = await startCallLog();
    await loadExampleReference(fairline.commands);
  });
  afterAll(async () => fairline.close());

  const load = async () =>
    acceptedOrThrow(await fairline.commands.execute(new LoadCalls([fixture('examples/calls.jsonl')])));
  const callsOf = async (account: string): Promise<ShownCall[]> => {
    const pages = acceptedOrThrow(
      await fairline.queries.execute(
        new ShowCalls(account, localDate('2026-10-01'), localDate('2026-10-31')),
      ),
    );
    const calls: ShownCall[] = [];
    for await (const page of pages) calls.push(...page);
    return calls;
  };

  it('the load reads, accepts and quarantines what it should', async () => {
    expect(await load()).toEqual(expected.load);
  });

  it('every call has the class, tariff version, charges and coverage it should', async () => {
    const calls = [
      ...(await callsOf('A1001')).map((call) => ({ ...call, account: 'A1001' })),
      ...(await callsOf('A1002')).map((call) => ({ ...call, account: 'A1002' })),
    ];
    expect(calls).toHaveLength(expected.calls.length);
    for (const wanted of expected.calls) {
      expect(calls.find((call) => call.id === wanted.id)).toMatchObject(wanted);
    }
  });

  it('a call that crosses midnight has its seconds on both days', async () => {
    const usage = acceptedOrThrow(
      await fairline.queries.execute(
        new ShowUsage('A1001', localDate('2026-10-21'), localDate('2026-10-22')),
      ),
    );
    expect(Object.fromEntries(usage.days.map(({ day, seconds }) => [day, seconds]))).toEqual(
      expected.perDaySeconds.A1001,
    );
  });

  it('each quarantined record is kept with its bytes and a sentence that names field and value', async () => {
    const rows = await fairline.test.database.query<{
      code: string;
      reason: string;
      call_id: string | null;
      raw: Buffer;
    }>('SELECT code, reason, call_id, raw FROM ingest.quarantine ORDER BY at_position');
    expect(rows.map(({ code, reason, call_id }) => ({ code, reason, call_id }))).toMatchInlineSnapshot(`
     [
       {
         "call_id": "c-0001",
         "code": "conflict",
         "reason": "switch-1 sent c-0001 before with other content: endedAt 2026-10-05T08:10:00Z → 2026-10-05T08:11:00Z, durationSeconds 600 → 660, ip 203.0.113.10 → none.",
       },
       {
         "call_id": "c-0011",
         "code": "unknown-account",
         "reason": "From +31999999999 belonged to no account when the call started.",
       },
       {
         "call_id": "c-0012",
         "code": "invalid",
         "reason": "startedAt "2026-10-12T16:00:00" must be an RFC 3339 instant with its offset, such as 2026-10-05T10:00:00+02:00.",
       },
       {
         "call_id": "c-0013",
         "code": "implausible",
         "reason": "endedAt 2026-10-12T13:00:00Z is before startedAt 2026-10-12T14:00:00Z.",
       },
       {
         "call_id": "c-0014",
         "code": "no-rate",
         "reason": "Tariff regular of 2026-01-01 has no prefix for +81312345678; add one in a new version.",
       },
       {
         "call_id": null,
         "code": "unreadable",
         "reason": "The record is not JSON: Expected double-quoted property name in JSON at position 35.",
       },
     ]
    `);
    expect(rows.find((row) => row.code === 'unreadable')?.raw.toString()).toBe(
      '{"source":"switch-1","id":"c-0015",',
    );
  });

  it('loading the file again stores nothing twice', async () => {
    const before = await fairline.test.database.query(
      'SELECT (SELECT count(*) FROM cdr.call_record) AS calls, (SELECT count(*) FROM ingest.quarantine) AS quarantined, (SELECT sum(seconds)::bigint FROM usage.current) AS seconds',
    );
    expect(await load()).toEqual({ ...expected.load, accepted: 0, duplicates: 11 });
    const after = await fairline.test.database.query(
      'SELECT (SELECT count(*) FROM cdr.call_record) AS calls, (SELECT count(*) FROM ingest.quarantine) AS quarantined, (SELECT sum(seconds)::bigint FROM usage.current) AS seconds',
    );
    expect(after).toEqual(before);
  });
});
