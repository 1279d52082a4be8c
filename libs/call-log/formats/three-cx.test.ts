import type { ReadingOptions } from './reading-options.js';
import { ASTERISK, fieldsOf } from './testing/read-row.js';

describe('a row of 3CX', () => {
  const columns =
    'historyid,callid,duration,time-start,time-answered,time-end,reason-terminated,from-no,to-no,from-dn,to-dn,dial-no,chain';
  const THREE_CX: ReadingOptions = { ...ASTERISK, format: '3cx', columns };
  const row = (change: Partial<Record<string, string>> = {}) =>
    Object.entries({
      historyid: 'Call 136',
      callid: '00000158E4C9A2B1_1',
      duration: '00:01:00',
      'time-start': '2026/10/05 10:00:00',
      'time-answered': '2026/10/05 10:00:05',
      'time-end': '2026/10/05 10:01:05',
      'reason-terminated': 'TerminatedByDst',
      'from-no': 'Ext.201',
      'to-no': '0612345678',
      'from-dn': '201',
      'to-dn': '10000',
      'dial-no': '0612345678',
      chain: 'Chain: Ext.201;0612345678;',
      ...change,
    })
      .map(([, value]) => value)
      .join(',');

  it('is a call with its columns in the order of the command line', () => {
    expect(fieldsOf(row(), THREE_CX)).toEqual({
      source: 'pbx-1',
      id: '00000158E4C9A2B1_1',
      account: null,
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
      trunk: '10000',
    });
  });

  it('from the outside is inbound, between extensions internal', () => {
    expect(
      fieldsOf(row({ 'from-no': '0201234567', 'to-no': 'Ext.202', 'dial-no': '+31302000101' }), {
        ...THREE_CX,
        columns: columns.replace('dial-no', 'to'),
      }),
    ).toMatchObject({ direction: 'inbound', user: '202', from: '+31201234567', to: '+31302000101' });
    expect(fieldsOf(row({ 'to-no': 'Ext.202', 'dial-no': '202' }), THREE_CX)).toMatchObject({
      direction: 'internal',
      user: '201',
      to: '202',
      trunk: null,
    });
  });

  it.each([
    ['Busy', 'busy'],
    ['TerminatedBySrc', 'cancelled'],
    ['NotAvailable', 'failed'],
    ['NoAnswer', 'no-answer'],
  ])('that ended by %s without answer is %s', (reason, disposition) => {
    expect(fieldsOf(row({ 'time-answered': '', 'reason-terminated': reason }), THREE_CX)).toMatchObject({
      disposition,
    });
  });
});
