import type { ReadingOptions } from './reading-options.js';
import { ASTERISK, fieldsOf, read } from './testing/read-row.js';

/** 16 columns; `${...}` of the sample configuration, one row each. */
const MASTER =
  '"A1001","201","0612345678","from-internal","""Jan, de Boer"" <201>","PJSIP/201-0000002a","PJSIP/carrier-0000002b","Dial","PJSIP/0612345678@carrier,60","2026-10-05 10:00:00","2026-10-05 10:00:05","2026-10-05 10:01:05",65,60,"ANSWERED","DOCUMENTATION"';

describe('a row of Master.csv of Asterisk', () => {
  it('is a call: seat from the channel, trunk from the other, talk time from billsec', () => {
    expect(fieldsOf(`${MASTER},"1791187200.42","note","","1791187200.42",7`, ASTERISK)).toEqual({
      source: 'pbx-1',
      id: '1791187200.42#7',
      account: 'A1001',
      user: '201',
      forwardedBy: null,
      direction: 'outbound',
      from: null,
      to: '+31612345678',
      startedAt: '2026-10-05T08:00:00Z',
      answeredAt: '2026-10-05T08:00:05Z',
      endedAt: '2026-10-05T08:01:05Z',
      talkSeconds: 60,
      disposition: 'answered',
      ip: null,
      trunk: 'carrier',
    });
  });

  it.each([
    [16, '', /^row-[0-9a-f]{32}$/],
    [17, ',"1791187200.42"', /^1791187200\.42$/],
    [17, ',"my own note"', /^row-/],
    [18, ',"pbx-1791187200.42","note"', /^pbx-1791187200\.42$/],
    [19, ',"","1791187200.42",7', /^row-/],
    [20, ',"1791187200.42","","1791187200.42",7', /^1791187200\.42#7$/],
    [20, ',"my own note","","1791187200.42",7', /^row-/],
    [21, ',"1791187200.42","note","","1791187200.42",7', /^1791187200\.42#7$/],
  ])('may have %i columns (%s)', (_count, more, id) => {
    expect(fieldsOf(MASTER + more, ASTERISK)).toMatchObject({ id: expect.stringMatching(id) });
  });

  it('with too few or too many columns is unreadable, and says how many it has', () => {
    expect(fieldsOf('"A1001","201"', ASTERISK)).toBe(
      'unreadable: The row has 2 columns; Master.csv has 16 to 21.',
    );
    expect(fieldsOf(`${MASTER},1,2,3,4,5,6`, ASTERISK)).toMatch(/^unreadable: The row has 22 columns/);
    expect(fieldsOf('"A1001', ASTERISK)).toBe('unreadable: The row opens a quote that it does not close.');
    expect(fieldsOf('x'.repeat(17_000), ASTERISK)).toMatch(/^unreadable: The row is longer than 16384 bytes/);
  });

  const with_ = (change: Readonly<Record<number, string>>) =>
    MASTER.replace(`"""Jan, de Boer"" <201>"`, '""')
      .replace('"PJSIP/0612345678@carrier,60"', '""')
      .split(',')
      .map((field, index) => change[index] ?? field)
      .join(',');

  it.each([
    ['"NO ANSWER"', 'no-answer'],
    ['"BUSY"', 'busy'],
    ['"FAILED"', 'failed'],
    ['"CONGESTION"', 'failed'],
    ['4', 'busy'],
  ])('with disposition %s was not answered', (written, disposition) => {
    expect(fieldsOf(with_({ 10: '', 13: '0', 14: written }), ASTERISK)).toMatchObject({
      disposition,
      answeredAt: null,
      talkSeconds: 0,
    });
    // The dial plan answered before it dialled; nobody was reached.
    expect(fieldsOf(with_({ 13: '0', 14: written }), ASTERISK)).toMatchObject({
      disposition,
      answeredAt: null,
    });
  });

  it('that contradicts itself is implausible, and an unknown disposition invalid', () => {
    expect(fieldsOf(with_({ 14: '"BUSY"' }), ASTERISK)).toMatch(/^implausible: disposition is busy/);
    expect(fieldsOf(with_({ 10: '' }), ASTERISK)).toMatch(/^implausible: disposition is answered/);
    expect(fieldsOf(with_({ 13: '30' }), ASTERISK)).toMatch(/^implausible: durationSeconds 30 disagrees/);
    expect(fieldsOf(with_({ 14: '"MAYBE"' }), ASTERISK)).toMatch(
      /^invalid: disposition "MAYBE" must be one of/,
    );
  });

  it.each([
    ['201', '202', 'from-internal', 'internal'],
    ['201', '112', 'from-internal', 'outbound'],
    ['201', '14020', 'from-internal', 'outbound'],
    ['201', '116123', 'from-internal', 'outbound'],
    ['201', '*98', 'from-internal', 'internal'],
    ['+31302000101', '+31201234567', 'from-internal', 'outbound'],
    ['+31201234567', '+31302000101', 'from-trunk', 'inbound'],
    ['0201234567', '0302000101', 'from-pstn-toheader', 'inbound'],
    ['', '+31302000101', 'public', 'inbound'],
  ])('from %s to %s in %s is %s', (from, to, context, direction) => {
    expect(fieldsOf(with_({ 1: `"${from}"`, 2: `"${to}"`, 3: `"${context}"` }), ASTERISK)).toMatchObject({
      direction,
    });
  });

  it('takes contexts, a direction for all and the meaning of the account code from the command line', () => {
    const row = with_({ 1: '"+31201234567"', 2: '"+31302000101"', 3: '"kpn-in"' });
    expect(fieldsOf(row, ASTERISK)).toMatchObject({ direction: 'outbound' });
    expect(fieldsOf(row, { ...ASTERISK, contexts: 'kpn-in=inbound,office=outbound' })).toMatchObject({
      direction: 'inbound',
      user: 'carrier',
      trunk: '201',
    });
    expect(fieldsOf(row, { ...ASTERISK, direction: 'inbound' })).toMatchObject({ direction: 'inbound' });
    expect(fieldsOf(row, { ...ASTERISK, accountCode: 'user' })).toMatchObject({
      account: null,
      user: 'A1001',
    });
    expect(fieldsOf(row, { ...ASTERISK, accountCode: 'ignore' })).toMatchObject({
      account: null,
      user: '201',
    });
  });

  it('in the night in which the clock goes back waits in quarantine, with its identity, unless a rule was given', () => {
    const night = with_({
      9: '"2026-10-25 02:10:00"',
      10: '"2026-10-25 02:10:05"',
      11: '"2026-10-25 02:11:05"',
    });
    expect(fieldsOf(night, ASTERISK)).toMatch(/^implausible: 2026-10-25 02:10:00 exists twice/);
    expect(read(`${night},"1791187200.42"`, ASTERISK)).toMatchObject({
      source: 'pbx-1',
      id: '1791187200.42',
    });
    expect(fieldsOf(night, { ...ASTERISK, ambiguous: 'earlier' })).toMatchObject({
      startedAt: '2026-10-25T00:10:00Z',
    });
    expect(fieldsOf(night, { ...ASTERISK, ambiguous: 'later' })).toMatchObject({
      startedAt: '2026-10-25T01:10:00Z',
    });
    expect(fieldsOf(with_({ 9: '"2026-03-29 02:10:00"' }), ASTERISK)).toMatch(
      /^implausible: start .* does not exist/,
    );
  });

  it('hides a caller that is hidden, in whatever word', () => {
    for (const hidden of ['', 'anonymous', 'Unknown', 'Restricted', '0000000'])
      expect(
        fieldsOf(with_({ 1: `"${hidden}"`, 3: '"from-trunk"', 2: '"0302000101"' }), ASTERISK),
      ).toMatchObject({
        direction: 'inbound',
        from: null,
      });
  });
});

describe('a row of cdr_custom of Asterisk', () => {
  const CUSTOM: ReadingOptions = { ...ASTERISK, format: 'asterisk-custom' };
  const ROW =
    '"""Jan"" <201>","201","0612345678","from-internal","SIP/201-0a","SIP/carrier-0b","Dial","","2026-10-05 10:00:00","2026-10-05 10:00:05","2026-10-05 10:01:05","65.2","60.1","ANSWERED","DOCUMENTATION","A1001","1791187200.42","",7';

  it('has the columns of the sample mapping, with or without sequence, seconds whole or broken', () => {
    expect(fieldsOf(ROW, CUSTOM)).toMatchObject({ id: '1791187200.42#7', account: 'A1001', talkSeconds: 60 });
    expect(fieldsOf(ROW.replace(/,7$/, ''), CUSTOM)).toMatchObject({ id: '1791187200.42' });
  });

  it('has the columns that were named, those of the contracts among them', () => {
    const columns = 'start,answer,end,billsec,disposition,-,uniqueid,direction,from,to,user,forwardedBy,ip';
    expect(
      fieldsOf(
        '1791187200,1791187205,1791187265,60,ANSWERED,zzz,u-1,outbound,+31302000101,0612345678,201,202,10.0.0.1',
        { ...CUSTOM, columns },
      ),
    ).toMatchObject({
      id: 'u-1',
      direction: 'outbound',
      from: '+31302000101',
      user: '201',
      forwardedBy: '202',
      ip: '10.0.0.1',
      startedAt: '2026-10-05T08:00:00Z',
    });
    expect(fieldsOf('a,b', { ...CUSTOM, columns })).toBe(
      `unreadable: The row has 2 columns; there are names for 13: ${columns}.`,
    );
  });
});
