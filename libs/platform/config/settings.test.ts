import { isAbsolute } from 'node:path';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { settingsFrom } from './settings.js';

describe('settings', () => {
  it('have a default each, so that nothing needs to be set', () => {
    const settings = acceptedOrThrow(settingsFrom({}));
    expect(settings).toMatchObject({
      databaseUrl: undefined,
      host: '127.0.0.1',
      port: 3000,
      kafkaBrokers: [],
      smtpUrl: undefined,
    });
    expect(isAbsolute(settings.dataDirectory)).toBe(true);
  });

  it('that are empty count as not set', () => {
    expect(
      acceptedOrThrow(settingsFrom({ DATABASE_URL: '', KAFKA_BROKERS: '', FAIRLINE_PORT: '' })),
    ).toMatchObject({ databaseUrl: undefined, port: 3000 });
  });

  it('are read from their text', () => {
    expect(
      acceptedOrThrow(
        settingsFrom({
          FAIRLINE_PORT: '0',
          KAFKA_BROKERS: 'a:9092,b:9093',
          DATABASE_URL: 'postgres://u:p@h/d',
        }),
      ),
    ).toMatchObject({
      port: 0,
      kafkaBrokers: ['a:9092', 'b:9093'],
      databaseUrl: 'postgres://u:p@h/d',
    });
  });

  it.each([
    ['DATABASE_URL', 'localhost:5432'],
    ['DATABASE_URL', 'mysql://host/db'],
    ['FAIRLINE_PORT', '65536'],
    ['FAIRLINE_PORT', 'http'],
    ['FAIRLINE_INGEST_CONNECTIONS', '0'],
    ['KAFKA_BROKERS', 'kafka'],
    ['SMTP_URL', 'mail.example'],
    ['FAIRLINE_MAIL_FROM', 'nobody'],
  ])('%s=%s is refused by its name', (name, value) => {
    expect(settingsFrom({ [name]: value })).toMatchObject({
      ok: false,
      refusal: { code: 'invalid-setting', message: expect.stringContaining(name) },
    });
  });

  it('that are wrong are all named at once', () => {
    expect(settingsFrom({ FAIRLINE_PORT: 'x', SMTP_URL: 'x' })).toMatchObject({
      refusal: { message: expect.stringMatching(/FAIRLINE_PORT.*SMTP_URL/) },
    });
  });
});
