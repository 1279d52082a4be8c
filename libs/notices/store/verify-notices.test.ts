import { NoticesUnderTest } from '../testing/notices-under-test.js';
import { MailTransport, type SentMail } from '../transport/mail-transport.js';
import { verifyNotices } from './verify-notices.js';

class Taking extends MailTransport {
  async send(): Promise<SentMail> {
    return { result: { kind: 'accepted', responseCode: 250, by: 'smtp' }, said: null };
  }

  whereIs(): null {
    return null;
  }
}

describe('verify of notices', () => {
  let notices: NoticesUnderTest;
  let noticeId: string;
  beforeAll(async () => {
    notices = await NoticesUnderTest.start(new Taking());
    const account = await notices.account('nl', [{ role: 'billing', email: 'directie@korenaar.example' }]);
    ({ noticeId } = await notices.requestNotice(account));
    await notices.drain();
  });
  afterAll(async () => notices.close());
  const verify = () => verifyNotices(notices.test.database, notices.store);

  it('finds no difference after what happened by itself', async () =>
    expect(await verify()).toEqual({ name: 'notices', compared: 1, differences: [] }));

  it.each([
    ["UPDATE notices.notice SET status = 'failed'", 'status is "failed"'],
    ["UPDATE notices.notice SET accepted_at = accepted_at + interval '1 day'", 'acceptedAt'],
    ['UPDATE notices.notice SET stop_by = stop_by + 1', 'stopBy is "2026-10-24"'],
    ["UPDATE notices.letter SET mail = mail || ' '", 'the letter is not the one'],
    ['DELETE FROM notices.letter', 'its letter is missing'],
    ['DELETE FROM notices.notice', 'the row is missing'],
  ])('fails after %s', async (statement, difference) => {
    const { database } = notices.test;
    await database.query('CREATE TABLE kept_notice AS TABLE notices.notice');
    await database.query('CREATE TABLE kept_letter AS TABLE notices.letter');
    await database.query(statement);
    const { differences } = await verify();
    await database.query('TRUNCATE notices.notice, notices.letter');
    await database.query('INSERT INTO notices.notice TABLE kept_notice');
    await database.query('INSERT INTO notices.letter TABLE kept_letter');
    await database.query('DROP TABLE kept_notice, kept_letter');
    expect(differences).toEqual([expect.stringContaining(difference)]);
    expect(differences[0]).toContain(noticeId);
  });

  it('fails for a row and a letter without events', async () => {
    const { database } = notices.test;
    await database.query(
      `INSERT INTO notices.letter SELECT gen_random_uuid(), recipient, subject, text_body, html_body, 'other', mail FROM notices.letter`,
    );
    expect((await verify()).differences).toEqual([expect.stringMatching(/there is a letter, but no events/)]);
  });
});
