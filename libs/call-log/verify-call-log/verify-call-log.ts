import type { Queryable } from '#platform/database/database.js';
import { BUCKETS } from '#platform/identity/ids.js';
import type { Check } from '#platform/verification/check.js';
import { DifferenceList } from '#platform/verification/difference-list.js';
import { BATCH_RESULTS, CONTENT, COUNT_ENTRIES, GAPS, RATINGS } from './bucket-queries.js';

/** One question to a bucket: what is wrong with its log, a sentence a row. */
const QUESTIONS = [GAPS, CONTENT, RATINGS, BATCH_RESULTS];

/**
 * The call log against itself, bucket by bucket, each question in one statement and so in one snapshot. Found are: a call or rating that
 * is missing or was put in (seqs without gaps up to the head), a changed field of a call (its content hash and key, computed again by
 * the database), a later rating that does not replace what held before it, and batches whose count is not what they brought.
 * Amounts are verified with the ratings; account and user of a call can't be: what the switch sent for them is not stored.
 */
export async function verifyCallLog(reader: Queryable): Promise<Check> {
  const found = new DifferenceList();
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const [counted] = await reader.query<{ entries: number }>(COUNT_ENTRIES, [bucket]);
    found.compared(counted?.entries ?? 0);
    for (const question of QUESTIONS) {
      const rows = await reader.query<{ sentence: string }>(question, [bucket, found.room]);
      for (const { sentence } of rows) found.add(`call log, bucket ${bucket}: ${sentence}`);
    }
  }
  return found.asCheck('call log');
}
