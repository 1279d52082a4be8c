import type { Database } from '../database/database.js';

/** What a check needs of the database: to read, and to read several things in one snapshot. */
export type VerifiedDatabase = Pick<Database, 'query' | 'snapshot'>;
