import { instant } from '#calendar/instant.js';
import { parseCallRecord } from './parse-call-record.js';
import { recordFrom } from './record-from.js';

const NOW = instant('2026-10-31T12:00:00Z');
const CALL = {
  direction: 'outbound',
  user: 'seat-1',
  to: '+31201234567',
  startedAt: '2026-10-05T10:00:00+02:00',
  answeredAt: '2026-10-05T10:00:05+02:00',
  endedAt: '2026-10-05T10:01:05+02:00',
};
const EVENT = {
  specversion: '1.0',
  id: 'e-1',
  source: 'switch-1',
  type: 'call.ended',
  datacontenttype: 'application/json',
  data: CALL,
};
const BINARY = {
  ce_specversion: '1.0',
  ce_id: 'e-1',
  ce_source: 'switch-1',
  ce_type: 'call.ended',
  'content-type': 'application/json',
};
const structured = (change: Record<string, unknown> = {}) =>
  parseCallRecord(JSON.stringify({ ...EVENT, ...change }), NOW);
const binary = (headers: Parameters<typeof recordFrom>[1], data: Record<string, unknown> = CALL) =>
  parseCallRecord(Buffer.from(JSON.stringify(data)), NOW, headers);
const plain = parseCallRecord(JSON.stringify({ ...CALL, source: 'switch-1', id: 'e-1' }), NOW);

describe('a record in a CloudEvents envelope', () => {
  it('is the record that comes without one: structured, binary, and with its data in base64', () => {
    expect(plain).toMatchObject({ ok: true, kind: 'ended' });
    expect(structured()).toEqual(plain);
    expect(binary(BINARY)).toEqual(plain);
    expect(
      structured({
        data: undefined,
        data_base64: Buffer.from(JSON.stringify(CALL)).toString('base64'),
      }),
    ).toEqual(plain);
  });

  it('has its identity from the envelope, whatever the data say', () => {
    const data = { ...CALL, source: 'other', id: 'other' };
    expect(structured({ data })).toEqual(plain);
    expect(binary(BINARY, data)).toEqual(plain);
  });

  it('is found by its headers in the forms in which Kafka clients and HTTP servers hand them over', () => {
    expect(
      binary({
        ce_specversion: Buffer.from('1.0'),
        ce_id: [Buffer.from('e-1')],
        ce_source: 'switch-1',
        ce_type: Buffer.from('call.ended'),
        unrelated: undefined,
      }),
    ).toEqual(plain);
    expect(
      binary({ 'CE-SpecVersion': '1.0', 'ce-id': 'e-1', 'ce-source': 'switch-1', 'ce-type': 'call.ended' }),
    ).toEqual(plain);
  });

  it('is structured where its content type says so, although headers name attributes too', () => {
    expect(
      parseCallRecord(JSON.stringify(EVENT), NOW, {
        ...BINARY,
        'content-type': 'application/cloudevents+json; charset=utf-8',
      }),
    ).toEqual(plain);
    expect(
      parseCallRecord(JSON.stringify({ ...CALL, source: 's', id: 'i' }), NOW, {
        'content-type': 'application/cloudevents+json',
      }),
    ).toMatchObject({ rejection: { reason: /^The CloudEvents envelope has no data/ } });
  });

  it('tells of an open call by the type of the event or of its data', () => {
    const data = { ...CALL, endedAt: undefined };
    for (const type of ['call.answered', 'nl.example.call.answered.v1'])
      expect(structured({ type, data })).toMatchObject({ kind: 'answered', record: { id: 'e-1' } });
    expect(structured({ type: 'nl.example.cdr', data: { ...data, type: 'call.answered' } })).toMatchObject({
      kind: 'answered',
    });
    expect(structured({ type: 'nl.example.cdr' })).toEqual(plain);
  });

  it('with unknown attributes and extensions is read', () => {
    expect(structured({ time: 'x', subject: 's', traceparent: '00-1', dataschema: 'd' })).toEqual(plain);
  });

  it('is not taken for one because a plain record has a field of that name', () => {
    expect(
      parseCallRecord(JSON.stringify({ ...CALL, source: 'switch-1', id: 'e-1', specversion: '9' }), NOW),
    ).toEqual(plain);
  });

  it.each([
    [{ specversion: '0.3' }, 'specversion "0.3" of the CloudEvents envelope must be "1.0".'],
    [{ specversion: 1 }, /^specversion 1 of/],
    [{ id: undefined }, /^The CloudEvents envelope has no id; it must be a text that is not empty\.$/],
    [{ id: '' }, /^id "" of the CloudEvents envelope/],
    [{ source: 7 }, /^source 7 of/],
    [{ type: undefined }, /^The CloudEvents envelope has no type/],
    [{ data: undefined }, /^The CloudEvents envelope has no data; it must be the call record/],
    [{ data: [CALL] }, /^data \[…\] of/],
    [{ data: JSON.stringify(CALL) }, /^data "\{.*… \(\d+ characters\) of/],
    [{ datacontenttype: 'text/csv' }, /^datacontenttype "text\/csv" of .* must be application\/json/],
    [
      { type: 'call.answered', data: { ...CALL, type: 'call.ended' } },
      /^type "call.answered" of the CloudEvents envelope does not agree with the type of its data, "call.ended"/,
    ],
  ])('%j is invalid in a sentence, with the identity that was found', (change, reason) => {
    expect(structured(change)).toMatchObject({
      ok: false,
      rejection: {
        code: 'invalid',
        reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
      },
      id: 'id' in change ? (change.id === '' ? '' : null) : 'e-1',
    });
  });

  it('is unreadable where its data in base64 are no JSON', () => {
    expect(structured({ data: undefined, data_base64: 'AAAA' })).toMatchObject({
      rejection: { code: 'unreadable' },
      source: 'switch-1',
      id: 'e-1',
    });
  });

  it('is no other record by keys that speak of prototypes', () => {
    const text = `{"__proto__": {"id": "p"}, ${JSON.stringify({ ...EVENT, id: undefined }).slice(1)}`;
    expect(parseCallRecord(text, NOW)).toMatchObject({ rejection: { reason: /has no id/ } });
    expect(binary(JSON.parse('{"__proto__": {"ce_id": "p"}, "ce_specversion": "1.0"}'))).toMatchObject({
      rejection: { reason: /has no id/ },
    });
  });

  it('whose source is too long for ours names the limit', () => {
    expect(structured({ source: 's'.repeat(65) })).toMatchObject({
      rejection: { code: 'invalid', reason: /^source .* 1 to 64 characters/ },
    });
  });
});
