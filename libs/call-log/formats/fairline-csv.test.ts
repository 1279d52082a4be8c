import { instant } from '#calendar/instant.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { originOf } from './file-reading.js';
import { readingFrom } from './reading-options.js';
import { recordReader } from './record-reader.js';
import { NOW } from './testing/read-row.js';

describe('a row of CSV with our own names', () => {
  const columns = [
    'source',
    'id',
    'direction',
    'user',
    'to',
    'startedAt',
    'answeredAt',
    'endedAt',
    'durationSeconds',
  ];
  const readOwn = (row: string, timeZone?: string) => {
    const reading = { ...acceptedOrThrow(readingFrom({ timeZone })), columns };
    return recordReader(originOf('calls.csv', reading))({ bytes: Buffer.from(row) }, NOW);
  };

  it('is the same as the object; an empty field is absent', () => {
    expect(
      readOwn('s,i,outbound,201,0612345678,2026-10-05T10:00:00+02:00,,2026-10-05T10:00:30+02:00,'),
    ).toMatchObject({ ok: true, record: { disposition: 'no-answer', talkSeconds: 0 } });
    expect(
      readOwn(
        's,i,outbound,201,0612345678,2026-10-05T10:00:00Z,2026-10-05T10:00:00Z,2026-10-05T10:00:30Z,30',
      ),
    ).toMatchObject({ ok: true, record: { talkSeconds: 30 } });
  });

  it('has instants with an offset, or local times and a zone', () => {
    const local = 's,i,outbound,201,0612345678,2026-10-25 02:10:00,,2026-10-25 02:10:30,';
    expect(readOwn(local)).toMatchObject({ rejection: { code: 'invalid', reason: /^startedAt .* offset/ } });
    expect(readOwn(local, 'UTC')).toMatchObject({ record: { startedAt: instant('2026-10-25T02:10:00Z') } });
    expect(readOwn(local, 'Europe/Amsterdam')).toMatchObject({
      rejection: { code: 'implausible' },
      source: 's',
      id: 'i',
    });
  });

  it('names the field that is wrong', () => {
    expect(readOwn('s,i,outbound,201,0612345678,x,,y,')).toMatchObject({
      rejection: { reason: /^startedAt "x"/ },
    });
    expect(
      readOwn('s,i,outbound,201,0612345678,2026-10-05T10:00:00Z,,2026-10-05T10:00:30Z,1.5'),
    ).toMatchObject({
      rejection: { reason: 'durationSeconds 1.5 must be a whole number of seconds, 0 or more.' },
    });
  });
});
