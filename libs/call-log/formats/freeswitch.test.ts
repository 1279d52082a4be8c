import type { ReadingOptions } from './reading-options.js';
import { ASTERISK, fieldsOf, read } from './testing/read-row.js';

describe('a row of mod_cdr_csv of FreeSWITCH', () => {
  const FREESWITCH: ReadingOptions = { ...ASTERISK, format: 'freeswitch', accountCode: 'ignore' };
  const UUID = 'e29ff0ae-e752-11e3-8bff-65b6c3cdac7d';
  const BEGIN = '"Jan","201","0612345678","default","2026-10-05 10:00:00"';
  const ANSWERED = `${BEGIN},"2026-10-05 10:00:05","2026-10-05 10:01:05","65","60","NORMAL_CLEARING","${UUID}",""`;

  it.each([
    ['the built-in template', `${ANSWERED}, "A1001"`],
    ['the example template', `${ANSWERED},"A1001","PCMA","PCMA"`],
    [
      'the example template with quotes in a name',
      `${ANSWERED},"A1001","PCMA","PCMA"`.replace('"Jan"', '"J "x" B"'),
    ],
  ])('is a call in %s', (_template, row) => {
    expect(fieldsOf(row, FREESWITCH)).toMatchObject({
      id: UUID,
      account: null,
      user: '201',
      direction: 'outbound',
      from: null,
      to: '+31612345678',
      startedAt: '2026-10-05T08:00:00Z',
      talkSeconds: 60,
      disposition: 'answered',
    });
    expect(fieldsOf(row, { ...FREESWITCH, accountCode: 'account' })).toMatchObject({ account: 'A1001' });
  });

  it.each([
    ['USER_BUSY', 'busy'],
    ['NO_ANSWER', 'no-answer'],
    ['ORIGINATOR_CANCEL', 'cancelled'],
    ['UNALLOCATED_NUMBER', 'failed'],
  ])('that ended by %s without answer is %s', (cause, disposition) => {
    for (const answer of ['', '1970-01-01 01:00:00'])
      expect(
        fieldsOf(
          `${BEGIN},"${answer}","2026-10-05 10:00:30","30","0","${cause}","${UUID}","", ""`,
          FREESWITCH,
        ),
      ).toMatchObject({ disposition, answeredAt: null });
  });

  it('in the context public comes from outside', () => {
    const row = `"","anonymous","+31302000101","public","2026-10-05 10:00:00","","2026-10-05 10:00:30","30","0","NO_ANSWER","${UUID}","","","",""`;
    expect(fieldsOf(row, FREESWITCH)).toMatchObject({ direction: 'inbound', from: null, to: '+31302000101' });
  });

  it('with other columns says what the templates have', () => {
    expect(fieldsOf(BEGIN, FREESWITCH)).toBe(
      'unreadable: The row has 5 columns; the stock templates have 13, 15, 17, 20.',
    );
  });
});

describe('a document of mod_json_cdr of FreeSWITCH', () => {
  const JSON_CDR: ReadingOptions = { format: 'freeswitch-json', accountCode: 'ignore' };
  const document = (variables: Record<string, unknown> = {}, profile: Record<string, unknown> = {}) =>
    JSON.stringify({
      'core-uuid': '1',
      switchname: 'fs-1',
      channel_data: { state: 'CS_REPORTING', direction: 'inbound' },
      variables: {
        uuid: 'u-1',
        direction: 'inbound',
        sip_from_user: '201',
        user_name: '201',
        start_epoch: '1791187200',
        answer_epoch: '1791187205',
        end_epoch: '1791187265',
        start_uepoch: '1791187200250000',
        answer_uepoch: '1791187205100000',
        end_uepoch: '1791187265900000',
        duration: '65',
        billsec: '60',
        hangup_cause: 'NORMAL_CLEARING',
        accountcode: 'A1001',
        sip_network_ip: '203.0.113.7',
        ...variables,
      },
      callflow: [
        {
          dialplan: 'XML',
          caller_profile: {
            username: '201',
            caller_id_number: '+31302000101',
            destination_number: '0612345678',
            context: 'default',
            network_addr: '203.0.113.7',
            ...profile,
          },
        },
      ],
    });

  it('is a call; its epochs need no zone, and values that are URL-encoded are decoded', () => {
    expect(fieldsOf(document(), JSON_CDR)).toEqual({
      source: 'fs-1',
      id: 'u-1',
      account: null,
      user: '201',
      forwardedBy: null,
      direction: 'outbound',
      from: '+31302000101',
      to: '+31612345678',
      startedAt: '2026-10-05T08:00:00.250Z',
      answeredAt: '2026-10-05T08:00:05.100Z',
      endedAt: '2026-10-05T08:01:05.900Z',
      talkSeconds: 60,
      disposition: 'answered',
      ip: '203.0.113.7',
      trunk: null,
    });
    expect(
      fieldsOf(
        document({
          fairline_forwardedBy: '%2B31302000102',
          sip_gateway_name: 'carrier%20one',
          user_name: '2%30%',
        }),
        { ...JSON_CDR, source: 'pbx-9', accountCode: 'account' },
      ),
    ).toMatchObject({
      source: 'pbx-9',
      account: 'A1001',
      forwardedBy: '+31302000102',
      trunk: 'carrier one',
      user: '2%30%',
    });
  });

  it('that was not answered has 0 as its answer', () => {
    expect(
      fieldsOf(
        document({ answer_epoch: '0', answer_uepoch: '0', billsec: '0', hangup_cause: 'USER_BUSY' }),
        JSON_CDR,
      ),
    ).toMatchObject({ answeredAt: null, disposition: 'busy', talkSeconds: 0 });
  });

  it('of a B leg is refused: its A leg is billed', () => {
    expect(fieldsOf(document({ originator: 'u-0' }), JSON_CDR)).toMatch(
      /^invalid: variables.originator u-0 makes this the B leg/,
    );
    expect(read(document({ originator: 'u-0' }), JSON_CDR)).toMatchObject({ source: 'fs-1', id: 'u-1' });
  });

  it('may be larger than a record of ours, within a limit', () => {
    expect(fieldsOf(document({ switch_r_sdp: 'v'.repeat(40_000) }), JSON_CDR)).toMatchObject({ id: 'u-1' });
    expect(fieldsOf(document({ switch_r_sdp: 'v'.repeat(70_000) }), JSON_CDR)).toMatch(
      /^unreadable: .* longer/,
    );
  });

  it('without what it needs is refused in a sentence', () => {
    expect(fieldsOf('{"a": 1}', JSON_CDR)).toMatch(/^invalid: variables is missing/);
    expect(fieldsOf(document({ end_epoch: '0', end_uepoch: '' }), JSON_CDR)).toMatch(
      /^invalid: end "" is no time/,
    );
    expect(fieldsOf(document({ uuid: 7.5e300 }), JSON_CDR)).toMatchObject({ id: '7.5e+300' });
    expect(fieldsOf('{"variables": {"__proto__": {"uuid": "p"}}}', JSON_CDR)).toMatch(/^invalid: start ""/);
  });
});
