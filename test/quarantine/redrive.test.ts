import { DiscardQuarantined } from '#call-log/quarantine/discard/discard-quarantined.js';
import { ExportQuarantine } from '#call-log/quarantine/export-records/export-quarantine.js';
import { ListQuarantine } from '#call-log/quarantine/list-quarantine/list-quarantine.js';
import { RedriveCorrected, RedriveQuarantined } from '#call-log/quarantine/redrive/redrive-quarantined.js';
import { ShowQuarantined } from '#call-log/quarantine/show-record/show-quarantined.js';
import { SummariseQuarantine } from '#call-log/quarantine/summarise/summarise-quarantine.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import {
  BIKES,
  JAPAN,
  NEWCOMER,
  type QuarantineWorld,
  call,
  startQuarantineWorld,
} from './quarantine-world.js';

describe('quarantined records', () => {
  let world: QuarantineWorld;
  beforeAll(async () => {
    world = await startQuarantineWorld();
  });
  afterAll(async () => world.close());

  const redrive = async (
    selection: ConstructorParameters<typeof RedriveQuarantined>[0],
    options: ConstructorParameters<typeof RedriveQuarantined>[2] = {},
  ) => acceptedOrThrow(await world.commands.execute(new RedriveQuarantined(selection, 'finance', options)));
  const eventsOf = async (operation: string | null) =>
    world.query<{ type: string; data: Record<string, unknown>; metadata: Record<string, unknown> }>(
      'SELECT event_type AS type, data, metadata FROM es.event WHERE stream_id = $1 ORDER BY stream_version',
      [`quarantine-${operation}`],
    );

  it('are stored once their account is loaded; a second redrive finds nothing open', async () => {
    await world.store('file:acc', [
      call('acc-1', { from: '+31201110011' }),
      call('acc-2', { from: '+31201110011' }),
    ]);
    const filter = { code: 'unknown-account', origin: 'file:acc' } as const;
    const before = await redrive({ filter }, { dryRun: true });
    expect(before).toMatchObject({
      operation: null,
      records: 2,
      accepted: 0,
      quarantined: { 'unknown-account': 2 },
    });
    await world.loadNewcomer('N1', '+31201110011');
    expect(await redrive({ filter }, { dryRun: true })).toMatchObject({
      records: 2,
      accepted: 2,
      quarantined: {},
    });
    expect(await world.stored('acc-%')).toEqual([]);
    const report = await redrive({ filter });
    expect(report).toMatchObject({ records: 2, accepted: 2, duplicates: 0, quarantined: {} });
    expect(await world.stored('acc-%')).toEqual(['acc-1', 'acc-2']);
    expect(await world.quarantined('acc-%')).toEqual({
      'acc-1': 'unknown-account redriven',
      'acc-2': 'unknown-account redriven',
    });
    expect(await redrive({ filter })).toMatchObject({ records: 0 });
    const [event] = await eventsOf(report.operation);
    expect(event).toMatchObject({ type: 'quarantine.redriven', metadata: { actor: 'finance' } });
    expect(JSON.stringify(event)).not.toContain('+31');
    expect(await world.differences()).toEqual([]);
  });

  it('are stored once their prefix has a price', async () => {
    const late = {
      startedAt: '2026-10-30T10:00:00+01:00',
      answeredAt: '2026-10-30T10:00:05+01:00',
      endedAt: '2026-10-30T10:01:05+01:00',
    };
    await world.store('file:rate', [
      call('rate-1', { to: JAPAN, ...late }),
      call('rate-2', { to: JAPAN, from: BIKES, ...late }),
    ]);
    const filter = { code: 'no-rate', origin: 'file:rate' } as const;
    expect(await redrive({ filter })).toMatchObject({ records: 2, quarantined: { 'no-rate': 2 } });
    expect(await world.quarantined('rate-%')).toEqual({ 'rate-1': 'no-rate open', 'rate-2': 'no-rate open' });
    await world.loadJapan();
    const one = await world.idOf('rate-1');
    expect(await redrive({ ids: [one] })).toMatchObject({
      accepted: 1,
      results: [{ id: one, result: 'accepted' }],
    });
    expect(await redrive({ ids: [one] })).toMatchObject({ accepted: 0, alreadyClosed: 1 });
    expect(await redrive({ filter })).toMatchObject({ records: 1, accepted: 1 });
    expect(await world.stored('rate-%')).toEqual(['rate-1', 'rate-2']);
    const shown = acceptedOrThrow(await world.queries.execute(new ShowQuarantined(one)));
    expect(shown).toMatchObject({ status: 'redriven', insteadOf: null, conflict: null });
    expect(shown.history.map(({ result, by }) => `${result} by ${by}`)).toEqual([
      'accepted by finance',
      'refused-again by finance',
    ]);
    expect(await world.differences()).toEqual([]);
  });

  it('that are refused for another reason under an account that is known now are kept there, once', async () => {
    const TO_MARS = '+88312345678';
    await world.store('file:move', [call('move-1', { from: NEWCOMER, to: TO_MARS })]);
    await world.loadNewcomer('N2', NEWCOMER);
    const id = await world.idOf('move-1');
    const report = await redrive({ ids: [id] });
    expect(report).toMatchObject({
      accepted: 0,
      quarantined: { 'no-rate': 1 },
      results: [{ result: 'kept-again' }],
    });
    expect(await world.quarantined('move-%')).toEqual({
      'move-1': 'unknown-account redriven',
      'move-1 again': 'no-rate open',
    });
    const again = report.results[0]?.keptAs ?? '';
    const child = acceptedOrThrow(await world.queries.execute(new ShowQuarantined(again)));
    expect(child).toMatchObject({ account: 'N2', insteadOf: id, status: 'open' });
    expect(await redrive({ ids: [again] })).toMatchObject({ results: [{ result: 'refused-again' }] });
    expect(Object.keys(await world.quarantined('move-%'))).toHaveLength(2);
    expect(await world.differences()).toEqual([]);
  });

  it('that were the same call twice become one call and one duplicate', async () => {
    const twice = call('twin', { from: '+31201110021' });
    await world.store('file:twins', [twice, twice]);
    await world.loadNewcomer('N3', '+31201110021');
    const filter = { origin: 'file:twins' };
    expect(await redrive({ filter }, { dryRun: true })).toMatchObject({ accepted: 1, duplicates: 1 });
    expect(await redrive({ filter })).toMatchObject({ accepted: 1, duplicates: 1 });
    expect(await world.stored('twin')).toEqual(['twin']);
  });

  it('redriven by two people at once are stored once and closed once', async () => {
    const records = Array.from({ length: 40 }, (_unused, n) => call(`race-${n}`, { from: '+31201110031' }));
    await world.store('file:race', records);
    await world.loadNewcomer('N4', '+31201110031');
    const filter = { origin: 'file:race' };
    const reports = await Promise.all([redrive({ filter }), redrive({ filter }), redrive({ filter })]);
    expect(await world.stored('race-%')).toHaveLength(40);
    const closed = reports.reduce((sum, one) => sum + one.accepted + one.duplicates, 0);
    expect(closed).toBe(40);
    const [steps] = await world.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM ingest.quarantine_step s JOIN ingest.quarantine q ON q.id = s.record WHERE q.origin = 'file:race' AND s.closes",
    );
    expect(steps?.n).toBe(40);
    expect(await world.differences()).toEqual([]);
  });

  it('can be corrected by a person; the original and the correction are both kept', async () => {
    const original = call('fix-1', { endedAt: '2026-10-20T09:00:00+02:00' });
    await world.store('file:fix', [original, '{"no json']);
    const id = await world.idOf('fix-1');
    const correct = (change: object, record = id) =>
      world.commands.execute(
        new RedriveCorrected(
          record,
          Buffer.from(JSON.stringify({ ...call('fix-1'), ...change })),
          'finance',
          {
            because: 'switch clock was wrong',
          },
        ),
      );
    expect(await correct({ id: 'other' })).toMatchObject({ ok: false, refusal: { code: 'other-call' } });
    const stillWrong = acceptedOrThrow(await correct({ startedAt: 'yesterday' }));
    expect(stillWrong).toMatchObject({ quarantined: { invalid: 1 } });
    const open = acceptedOrThrow(await world.queries.execute(new ShowQuarantined(id)));
    expect(open).toMatchObject({ status: 'open', code: 'implausible', raw: JSON.stringify(original) });
    expect(acceptedOrThrow(await correct({}))).toMatchObject({ accepted: 1 });
    expect(acceptedOrThrow(await correct({}))).toMatchObject({ accepted: 0, alreadyClosed: 1 });
    const shown = acceptedOrThrow(await world.queries.execute(new ShowQuarantined(id)));
    expect(shown).toMatchObject({ status: 'redriven', raw: JSON.stringify(original) });
    expect(shown.history[0]).toMatchObject({
      because: 'switch clock was wrong',
      correction: { raw: JSON.stringify(call('fix-1')), encoding: 'utf-8' },
    });
    const [unreadable] = await world.query<{ id: string }>(
      "SELECT id FROM ingest.quarantine WHERE origin = 'file:fix' AND code = 'unreadable'",
    );
    expect(acceptedOrThrow(await correct({ id: 'fix-2' }, unreadable?.id))).toMatchObject({ accepted: 1 });
    expect(await world.stored('fix-%')).toEqual(['fix-1', 'fix-2']);
    expect(await world.differences()).toEqual([]);
  });

  it('are discarded with a reason, by a filter only after their number was seen', async () => {
    await world.store('file:test', [
      call('d-1', { from: '+31999999901' }),
      call('d-2', { to: '+88312345678' }),
    ]);
    const discard = (
      selection: ConstructorParameters<typeof DiscardQuarantined>[0],
      because: string,
      expected?: number,
    ) =>
      world.commands.execute(
        new DiscardQuarantined(selection, because, 'finance', expected === undefined ? {} : { expected }),
      );
    const filter = { origin: 'file:test' };
    expect(await discard({ filter }, ' ', 2)).toMatchObject({ ok: false, refusal: { code: 'no-reason' } });
    expect(await discard({ filter }, 'test calls')).toMatchObject({
      ok: false,
      refusal: { code: 'count-needed', details: { count: 2 } },
    });
    expect(await discard({ filter }, 'test calls', 3)).toMatchObject({
      ok: false,
      refusal: { code: 'count-changed' },
    });
    const one = await world.idOf('d-1');
    expect(acceptedOrThrow(await discard({ ids: [one] }, 'a test'))).toMatchObject({ discarded: 1 });
    expect(acceptedOrThrow(await discard({ ids: [one] }, 'a test'))).toMatchObject({
      discarded: 0,
      alreadyClosed: 1,
    });
    const rest = acceptedOrThrow(await discard({ filter }, 'test calls', 1));
    expect(rest).toMatchObject({ discarded: 1 });
    expect(await world.quarantined('d-%')).toEqual({
      'd-1': 'unknown-account discarded',
      'd-2': 'no-rate discarded',
    });
    const [event] = await eventsOf(rest.operation);
    expect(event).toMatchObject({
      type: 'quarantine.discarded',
      metadata: { actor: 'finance', reason: 'test calls' },
    });
    expect(await redrive({ ids: [one] })).toMatchObject({ alreadyClosed: 1, accepted: 0 });
    expect(await discard({ ids: ['00000000-0000-4000-8000-000000000000'] }, 'x')).toMatchObject({
      ok: false,
      refusal: { code: 'no-such-record' },
    });
    expect(await world.differences()).toEqual([]);
  });

  it('of a conflict show both versions and the fields in which they differ', async () => {
    await world.store('file:conflict', [call('c-1'), call('c-1', { endedAt: '2026-10-20T10:02:05+02:00' })]);
    const shown = acceptedOrThrow(await world.queries.execute(new ShowQuarantined(await world.idOf('c-1'))));
    expect(shown.conflict?.differing).toEqual(
      expect.arrayContaining([
        { field: 'durationSeconds', first: 60, second: 120 },
        { field: 'endedAt', first: '2026-10-20T10:01:05+02:00', second: '2026-10-20T10:02:05+02:00' },
      ]),
    );
    expect(await redrive({ ids: [shown.id] })).toMatchObject({ quarantined: { conflict: 1 } });
    expect(await world.quarantined('c-1')).toEqual({ 'c-1': 'conflict open' });
  });

  it('are listed by filter and page, counted, and exported with their bytes; looking is noted', async () => {
    const binary = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
    await world.store('file:list', [
      call('list-1', { from: '+31999999902' }),
      call('list-2', { to: '+88312345678' }),
    ]);
    await world.store('file:list', [binary.toString('latin1')]);
    const list = (page: ConstructorParameters<typeof ListQuarantine>[0]) =>
      world.queries.execute(new ListQuarantine(page, 'auditor'));
    expect(
      (await list({ origin: 'file:list', callId: 'list-' })).map(({ callId }) => callId).toSorted(),
    ).toEqual(['list-1', 'list-2']);
    const paged: string[] = [];
    for (;;) {
      const after = paged.at(-1);
      const page = await list({ origin: 'file:list', limit: 1, ...(after === undefined ? {} : { after }) });
      if (page[0] === undefined) break;
      paged.push(page[0].id);
    }
    expect(new Set(paged).size).toBe(3);
    const exported = [];
    for await (const page of world.module.get(ExportQuarantine).pages({ origin: 'file:list' }, 'auditor'))
      exported.push(...page);
    expect(exported).toHaveLength(3);
    const [audit] = await world.query<{ data: unknown }>(
      "SELECT data FROM es.event WHERE event_type = 'quarantine.exported'",
    );
    expect(audit?.data).toMatchObject({ records: 3 });
    const accesses = await world.query<{ kind: string; times: number }>(
      "SELECT kind, sum(times)::int AS times FROM ingest.quarantine_access WHERE by = 'auditor' GROUP BY kind ORDER BY kind",
    );
    expect(accesses).toEqual([
      { kind: 'export', times: 1 },
      { kind: 'list', times: 5 },
    ]);
    const summary = await world.queries.execute(new SummariseQuarantine());
    const [counted] = await world.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM ingest.quarantine WHERE status = 'open'",
    );
    expect(summary.open).toBe(counted?.n);
    expect(summary.byCode.every(({ ageSeconds, open }) => ageSeconds >= 0 && open > 0)).toBe(true);
    expect(summary.groups.reduce((sum, { records }) => sum + records, 0)).toBeGreaterThan(summary.open);
  });

  it('that are not UTF-8 are shown as base64', async () => {
    const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
    const { CallLogWriter } = await import('#call-log/store-batch/call-log-writer.js');
    await world.module
      .get(CallLogWriter)
      .storeBatch({ origin: 'file:binary', records: [{ position: 1, bytes }] }, 0 as never);
    const [shown] = await world.queries.execute(new ListQuarantine({ origin: 'file:binary' }));
    expect(shown).toMatchObject({ encoding: 'base64', raw: bytes.toString('base64') });
  });
});
