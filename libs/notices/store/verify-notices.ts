import { createHash } from 'node:crypto';
import type { EventStore } from '#event-store/event-store.js';
import type { Database, Queryable } from '#platform/database/database.js';
import { type Check, MAXIMUM_DIFFERENCES } from '#platform/verification/check.js';
import { type NoticeFile, SELECT_NOTICE_FILE, noticeFileOf } from './notice-file.js';

const NOTICES_AT_ONCE = 200;

/** Compares the rows of notices with what their events make, and each letter with the hash its event holds, in one snapshot. */
export async function verifyNotices(database: Database, store: EventStore): Promise<Check> {
  return database.snapshot(async (snapshot) => {
    const differences: string[] = [];
    let compared = 0;
    for await (const streamId of noticeStreams(snapshot)) {
      const expected = noticeFileOf(await store.readStream(streamId, snapshot));
      differences.push(...(await differencesOf(snapshot, expected)));
      compared += 1;
      if (differences.length >= MAXIMUM_DIFFERENCES) {
        differences.push(`The check stopped after notice ${expected.id}: there may be more differences`);
        return { name: 'notices', compared, differences };
      }
    }
    const strays = await snapshot.query<{ id: string; what: string }>(
      `SELECT s.id, s.what FROM (SELECT id, 'row' AS what FROM notices.notice UNION ALL SELECT notice_id, 'letter' FROM notices.letter) s
       WHERE NOT EXISTS (SELECT FROM es.stream e WHERE e.stream_id = 'notice-' || s.id) ORDER BY s.id LIMIT $1`,
      [MAXIMUM_DIFFERENCES],
    );
    differences.push(...strays.map(({ id, what }) => `notice ${id}: there is a ${what}, but no events`));
    return { name: 'notices', compared, differences };
  });
}

async function differencesOf(snapshot: Queryable, expected: NoticeFile): Promise<string[]> {
  const of = `notice ${expected.id}`;
  const [found] = await snapshot.query<NoticeFile>(`${SELECT_NOTICE_FILE} WHERE id = $1`, [expected.id]);
  if (found === undefined) return [`${of}: the row is missing`];
  const stored = new Map<string, unknown>(Object.entries(found));
  const differences = Object.entries(expected)
    .filter(([field, value]) => stored.get(field) !== value)
    .map(([field, value]) => {
      const is = JSON.stringify(stored.get(field));
      return `${of}: ${field} is ${is}, its events say ${JSON.stringify(value)}`;
    });
  const [letter] = await snapshot.query<{ mail: string }>(
    'SELECT mail FROM notices.letter WHERE notice_id = $1',
    [expected.id],
  );
  if (letter === undefined) differences.push(`${of}: its letter is missing`);
  else if (hashOfMail(letter.mail) !== expected.letterHash) {
    differences.push(`${of}: the letter is not the one that its event holds the hash of`);
  }
  return differences;
}

/** SHA-256, in hex, of a mail as sent. */
export function hashOfMail(mail: string): string {
  return createHash('sha256').update(mail).digest('hex');
}

/** Ids of all streams of notices, a page at a time. */
async function* noticeStreams(reader: Queryable): AsyncGenerator<string> {
  let after = '';
  for (;;) {
    const page = await reader.query<{ stream_id: string }>(
      "SELECT stream_id FROM es.stream WHERE category = 'notice' AND stream_id > $1 ORDER BY stream_id LIMIT $2",
      [after, NOTICES_AT_ONCE],
    );
    for (const row of page) yield row.stream_id;
    const last = page.at(-1);
    if (last === undefined || page.length < NOTICES_AT_ONCE) return;
    after = last.stream_id;
  }
}
