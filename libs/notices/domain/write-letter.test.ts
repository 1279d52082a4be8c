import { localDate } from '#calendar/local-date.js';
import type { LetterOrder } from './letter-facts.js';
import { letterAsHtml, letterAsText } from './letter-forms.js';
import { amountInWords, dayInWords, ordinal } from './letter-words.js';
import { LANGUAGES, type Language } from './notice-event.js';
import { FACTS } from './testing/facts.js';
import { writeLetter } from './write-letter.js';

const order = (language: Language, changes: Partial<LetterOrder> = {}): LetterOrder => ({
  ...FACTS,
  language,
  account: 'A1001',
  accountName: 'Bakkerij <De Korenaar> & Zn.',
  noticeId: '2a7d1c44-0f0e-5b62-8c55-90a1b2c3d4e5',
  writtenOn: localDate('2026-10-16'),
  stopBy: localDate('2026-10-23'),
  deadlineDays: 7,
  estimateCents: 148_250,
  sender: { name: 'Fairline', address: 'fair-use@fairline.example' },
  ...changes,
});

describe.each(LANGUAGES)('the letter in %s', (language) => {
  it('says what was seen, by when to stop, what follows and whom to ask', () => {
    const letter = writeLetter(order(language));
    expect(letter.subject).toMatchSnapshot('subject');
    expect(letterAsText(letter)).toMatchSnapshot('text');
    expect(letterAsHtml(letter)).toMatchSnapshot('HTML');
  });

  it('gives the time to stop as the rule does, and its date for receipt on the day of writing', () => {
    const text = letterAsText(writeLetter(order(language))).replace(/\s+/g, ' ');
    const rule = {
      nl: 'uiterlijk op de 7e dag na de dag waarop u dit bericht ontvangt. Ontvangt u het op vrijdag 16 oktober 2026, dan is dat uiterlijk vrijdag 23 oktober 2026 (tot het einde van die dag). Ontvangt u het later, dan schuift die dag evenveel op.',
      en: 'at the latest on the 7th day after the day on which you receive this message. If you receive it on Friday 16 October 2026, that is Friday 23 October 2026 (to the end of that day). If you receive it later, that day moves by as much.',
    }[language];
    expect(text).toContain(rule);
  });

  it('says nothing of costs when nobody worked them out', () => {
    expect(letterAsText(writeLetter(order(language, { estimateCents: null })))).not.toContain('€');
  });

  it('lists several rules, and a name can not write HTML', () => {
    const [breach] = FACTS.breaches;
    if (breach === undefined) throw new Error('no breach');
    const html = letterAsHtml(writeLetter(order(language, { breaches: [breach, breach] })));
    expect(html.match(/<li>[^<]*(96,4|96\.4)/g)).toHaveLength(2);
    expect(html).toContain('&lt;De Korenaar&gt; &amp; Zn.');
    expect(html).toContain(`<html lang="${language}">`);
    expect(html).not.toMatch(/<img|<script|https?:|src=|url\(/i);
  });

  it('stays within lines that every mail program shows', () => {
    const lines = letterAsText(writeLetter(order(language))).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(76);
  });
});

describe('words and figures', () => {
  it('are those of the language', () => {
    expect(dayInWords(localDate('2026-03-01'), 'nl')).toBe('zondag 1 maart 2026');
    expect(dayInWords(localDate('2026-12-31'), 'en')).toBe('Thursday 31 December 2026');
    expect([0, 5, 123_456_789].map((cents) => amountInWords(cents, 'nl'))).toEqual([
      '€\u00a00,00',
      '€\u00a00,05',
      '€\u00a01.234.567,89',
    ]);
    expect(amountInWords(123_456_789, 'en')).toBe('€1,234,567.89');
    expect([1, 2, 3, 7, 11, 12, 13, 21, 30].map((count) => ordinal(count, 'en')).join(' ')).toBe(
      '1st 2nd 3rd 7th 11th 12th 13th 21st 30th',
    );
    expect(() => amountInWords(0.5, 'nl')).toThrow(RangeError);
  });
});
