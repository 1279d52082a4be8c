import { RedriveQuarantined } from '#call-log/quarantine/redrive/redrive-quarantined.js';
import { CallLogWriter } from '#call-log/store-batch/call-log-writer.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { JAPAN, NOW, type QuarantineWorld, call, startQuarantineWorld } from './quarantine-world.js';

const ORIGIN = 'file:Master.csv?format=asterisk&source=pbx-1&time-zone=Europe/Amsterdam&account-code=ignore';
const row = (id: string, from: string, to: string) =>
  `"","${from}","${to}","from-internal","","PJSIP/x-1","PJSIP/carrier-2","Dial","","2026-10-20 10:00:00","2026-10-20 10:00:05","2026-10-20 10:01:05",65,60,"ANSWERED","DOCUMENTATION","${id}","note"`;

describe('quarantined records that are no plain JSON', () => {
  let world: QuarantineWorld;
  beforeAll(async () => {
    world = await startQuarantineWorld();
  });
  afterAll(async () => world.close());

  const redrive = async (code: 'unknown-account' | 'no-rate') =>
    acceptedOrThrow(await world.commands.execute(new RedriveQuarantined({ filter: { code } }, 'finance')));

  it('rows of a switch are redriven by the format of their file, also when they are kept again on the way', async () => {
    const from = '+31201110021';
    expect(
      await world.store(ORIGIN, [row('1760947200.1', from, '0201234567'), row('1760947200.2', from, JAPAN)]),
    ).toEqual(['unknown-account', 'unknown-account']);
    await world.loadNewcomer('N21', from);
    expect(await redrive('unknown-account')).toMatchObject({
      records: 2,
      accepted: 1,
      quarantined: { 'no-rate': 1 },
    });
    expect(await world.stored('1760947200.%')).toEqual(['1760947200.1']);
    expect(await redrive('no-rate')).toMatchObject({
      records: 1,
      accepted: 0,
      quarantined: { 'no-rate': 1 },
    });
    const kept = await world.query<{ origin: string; code: string }>(
      `SELECT origin, code FROM ingest.quarantine WHERE status = 'open' AND call_id = '1760947200.2'`,
    );
    expect(kept).toEqual([
      { origin: expect.stringMatching(/^redrive:.*\?format=asterisk&source=pbx-1/), code: 'no-rate' },
    ]);
    expect(await world.differences()).toEqual([]);
  });

  it('a CloudEvent in binary form keeps the identity that stood in its headers', async () => {
    const { source: _source, id: _id, ...data } = call('unused', { from: '+31201110022' });
    const headers = {
      ce_specversion: '1.0',
      ce_id: 'binary-1',
      ce_source: 'switch-2',
      ce_type: 'call.ended',
    };
    const { outcomes } = await world.module.get(CallLogWriter).storeBatch(
      {
        origin: 'kafka:cdr.v1/0',
        records: [{ position: 1, bytes: Buffer.from(JSON.stringify(data)), headers }],
      },
      NOW,
    );
    expect(outcomes).toMatchObject([{ outcome: 'unknown-account' }]);
    await world.loadNewcomer('N22', '+31201110022');
    expect(await redrive('unknown-account')).toMatchObject({ records: 1, accepted: 1 });
    expect(await world.stored('binary-%')).toEqual(['binary-1']);
  });
});
