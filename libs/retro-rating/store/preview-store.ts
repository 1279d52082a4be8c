import { Injectable } from '@nestjs/common';
import type { Instant } from '#calendar/instant.js';
import type { Period } from '#calendar/local-date.js';
import { Database, type Queryable } from '#platform/database/database.js';
import type { ChangeOfSubscription } from '../domain/change-command.js';
import type { DecidingParts } from '../domain/deciding-parts.js';
import type { RetroactiveChange } from '../domain/retroactive-change.js';

/** A preview as it was shown. */
export interface StoredPreview {
  readonly command: ChangeOfSubscription;
  /** The last month with a document. */
  readonly through: Period;
  /** Of the log of the account's bucket. */
  readonly cursorSeq: number;
  readonly referencePosition: number;
  readonly parts: DecidingParts;
  readonly result: RetroactiveChange;
}

@Injectable()
export class PreviewStore {
  constructor(private readonly database: Database) {}

  /** The same figures again keep the cursor of the first time: everything that decides them is equal at both. */
  async keep(preview: StoredPreview, bucket: number, by: string, at: Instant): Promise<void> {
    const { command, result, through, cursorSeq, referencePosition, parts } = preview;
    await this.database.transaction(async (transaction) => {
      await transaction.query(
        `INSERT INTO retro_rating.preview (hash, account, command, through_period, bucket, cursor_seq, reference_position, parts, result,
           previewed_by, previewed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, to_timestamp($11::double precision / 1000))
         ON CONFLICT (hash) DO NOTHING`,
        [
          result.hash,
          command.account,
          JSON.stringify(command),
          through,
          bucket,
          cursorSeq,
          referencePosition,
          JSON.stringify(parts),
          JSON.stringify(result),
          by,
          at,
        ],
      );
    });
  }

  async byHash(hash: string, reader: Queryable = this.database): Promise<StoredPreview | undefined> {
    const [row] = await reader.query<StoredPreview>(
      `SELECT command, through_period AS through, cursor_seq AS "cursorSeq", reference_position AS "referencePosition", parts, result
       FROM retro_rating.preview WHERE hash = $1`,
      [hash],
    );
    return row;
  }
}
