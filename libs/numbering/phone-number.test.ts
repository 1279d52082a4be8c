import { normaliseInternalNumber, normaliseNumber } from './phone-number.js';

describe('numbers as a Dutch PBX sends them', () => {
  it.each([
    ['+31201234567', '+31201234567'],
    ['0201234567', '+31201234567'],
    ['0612345678', '+31612345678'],
    ['09001234567', '+319001234567'],
    ['09008844', '+319008844'],
    ['08001234', '+318001234'],
    ['004930123456', '+4930123456'],
    ['020 - 123 45 67', '+31201234567'],
    ['+31 (0)20 123 4567', '+31201234567'],
    ['112', '112'],
    ['14020', '14020'],
    ['116123', '116123'],
    ['1850', '1850'],
  ])('%s is %s', (dialled, normalised) => expect(normaliseNumber(dialled)).toBe(normalised));

  it.each([
    '',
    '+',
    'anonymous',
    '+0123456789',
    '+1234567890123456',
    '12',
    '9'.repeat(400),
    '020-ABC',
    '+31\u00002012',
  ])('no number can be made of %j', (dialled) => expect(normaliseNumber(dialled)).toBeUndefined());

  it('internal calls also carry extensions and star codes', () => {
    expect(normaliseInternalNumber('201')).toBe('201');
    expect(normaliseInternalNumber('*21')).toBe('*21');
    expect(normaliseInternalNumber('a b')).toBeUndefined();
  });
});
