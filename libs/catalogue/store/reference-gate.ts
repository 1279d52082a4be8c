import type { Database } from '#platform/database/database.js';

/** Any number that nobody else uses. */
const REFERENCE_GATE = 7_310_047;

/**
 * Rates and stores a batch of calls by reference data that nobody changes meanwhile. Without it a batch in flight could be stored by
 * prices that were replaced after it had read them, and after the load had looked which calls there are (docs/reference/schema.md, 4).
 */
export async function whileRating<T>(database: Database, work: () => Promise<T>): Promise<T> {
  return database.whileHolding({ key: REFERENCE_GATE, mode: 'shared' }, work);
}

/**
 * Looks which calls are rated already and publishes a change of reference data, while no batch is under way: it waits for those that are, and
 * later ones wait for it. Changes that re-rate stored calls do without: for these each bucket refuses a batch rated before.
 */
export async function whileChangingReference<T>(database: Database, work: () => Promise<T>): Promise<T> {
  return database.whileHolding({ key: REFERENCE_GATE, mode: 'exclusive' }, work);
}
