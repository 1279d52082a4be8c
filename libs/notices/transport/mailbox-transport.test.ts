import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MailboxTransport } from './mailbox-transport.js';

const MAIL = {
  noticeId: '2a7d1c44-0f0e-5b62-8c55-90a1b2c3d4e5',
  messageId: '<m@x>',
  sender: 'a@x.example',
  recipient: 'b@y.example',
  mail: 'Subject: x\r\n\r\nbody\r\n',
};

describe('the mailbox in the data directory', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fairline-mailbox-'));
  });
  afterEach(async () => rm(directory, { recursive: true, force: true }));

  it('holds the mail as one file named by the notice, and says so', async () => {
    const mailbox = new MailboxTransport(directory);
    const path = join(directory, 'mailbox', `${MAIL.noticeId}.eml`);
    expect(await mailbox.send(MAIL)).toEqual({
      result: { kind: 'accepted', responseCode: null, by: 'mailbox' },
      said: path,
    });
    await mailbox.send(MAIL);
    expect(await readdir(join(directory, 'mailbox'))).toEqual([`${MAIL.noticeId}.eml`]);
    expect(await readFile(path, 'utf8')).toBe(MAIL.mail);
    expect(mailbox.whereIs(MAIL.noticeId)).toBe(path);
  });

  it('a folder that can not be written to is a passing trouble, not an accepted mail', async () => {
    await writeFile(join(directory, 'mailbox'), 'in the way');
    expect((await new MailboxTransport(directory).send(MAIL)).result).toMatchObject({
      kind: 'not-now',
      cause: 'mailbox-not-writable',
    });
  });
});
