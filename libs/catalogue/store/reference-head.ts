import type { Queryable, Transaction } from '#platform/database/database.js';

/**
 * The position of the last event that changes how calls are assigned or rated. A change locks the head before it appends and
 * advances it after, so these changes have one order and a reader can ask for the state as known at any of them.
 */
export async function lockReferenceHead(transaction: Transaction): Promise<number> {
  const [head] = await transaction.query<{ position: number }>(
    'SELECT position FROM catalogue.reference_head FOR UPDATE',
  );
  if (head === undefined) throw new Error('catalogue.reference_head has no row; the schema is damaged');
  return head.position;
}

export async function advanceReferenceHead(transaction: Transaction, position: number): Promise<void> {
  await transaction.query('UPDATE catalogue.reference_head SET position = $1 WHERE position < $1', [
    position,
  ]);
}

export async function readReferenceHead(reader: Queryable): Promise<number> {
  const [head] = await reader.query<{ position: number }>('SELECT position FROM catalogue.reference_head');
  return head?.position ?? 0;
}
