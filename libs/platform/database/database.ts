import pg from 'pg';
import { DataSource, type EntityManager, type EntitySchema, type QueryRunner } from 'typeorm';
import { RefusedError, refused } from '#outcome/outcome.js';
import { columnTypes } from './column-types.js';

/** Anything that statements can be sent to: the pool, or one transaction. */
export interface Queryable {
  query<Row = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** One transaction on one connection. `entities` is TypeORM on the same connection, for reference data. */
export interface Transaction extends Queryable {
  readonly entities: EntityManager;
  readonly client: pg.PoolClient;
}

/** Called inside a transaction right before its COMMIT; the tests look there at which kinds of table it wrote. */
export type BeforeCommit = (transaction: Queryable) => Promise<void>;

export interface DatabaseOptions {
  readonly url: string;
  readonly entities?: readonly (EntitySchema | (new () => object))[];
  readonly maximumConnections?: number;
  readonly beforeCommit?: BeforeCommit;
  readonly applicationName?: string;
}

const CONNECT_TIMEOUT_MILLIS = 10_000;

/**
 * The connections to PostgreSQL. Three ways to write, by kind of table (scale-out rule: a transaction writes hot rows
 * of one bucket, or coordinator tables, never both): `transaction` for coordinator tables, `callBucket` for the one statement
 * that calls a function of one bucket, `query` to read.
 */
export class Database implements Queryable {
  private constructor(
    private readonly source: DataSource,
    private readonly pool: pg.Pool,
    private readonly beforeCommit: BeforeCommit | undefined,
  ) {}

  /** @throws RefusedError `service-unreachable` when the server does not answer */
  static async connect(options: DatabaseOptions): Promise<Database> {
    const source = new DataSource({
      type: 'postgres',
      url: options.url,
      applicationName: options.applicationName ?? 'fairline',
      poolSize: options.maximumConnections ?? 10,
      connectTimeoutMS: CONNECT_TIMEOUT_MILLIS,
      entities: [...(options.entities ?? [])],
      synchronize: false,
      logging: false,
      installExtensions: false,
      extra: {
        options: '-c TimeZone=UTC -c citus.multi_shard_modify_mode=sequential',
        types: columnTypes,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MILLIS,
      },
    });
    try {
      await source.initialize();
    } catch (error) {
      throw new RefusedError(
        refused(
          'service-unreachable',
          `PostgreSQL at ${withoutSecret(options.url)} does not answer (${reasonOf(error)}). Start it, or correct DATABASE_URL.`,
        ).refusal,
      );
    }
    const pool: pg.Pool = (source.driver as unknown as { master: pg.Pool }).master;
    // An idle connection that breaks is replaced by the pool; without a listener its error would end the process.
    pool.on('error', () => undefined);
    return new Database(source, pool, options.beforeCommit);
  }

  async query<Row = Record<string, unknown>>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.pool.query(sql, [...values])).rows as Row[];
  }

  /** TypeORM outside a transaction: reads of reference data. */
  get entities(): EntityManager {
    return this.source.manager;
  }

  /**
   * One statement that calls a function of one bucket, in autocommit: on a distributed database it is sent whole to
   * the node that owns the bucket (scale-out, rule 5). Statements are prepared once per connection under `name`.
   */
  async callBucket<Row = Record<string, unknown>>(
    name: string,
    sql: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    const statement = { name, text: sql, values: [...values] };
    if (this.beforeCommit === undefined) return (await this.pool.query(statement)).rows as Row[];
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      const rows = (await client.query(statement)).rows as Row[];
      await this.beforeCommit(queryableOf(client));
      await client.query('COMMIT');
      client.release();
      return rows;
    } catch (error) {
      await rollback(client);
      throw error;
    }
  }

  /**
   * Runs `work` in one READ COMMITTED transaction; any exception rolls back and is thrown on.
   * @param first a statement without parameters that the transaction begins with, sent together with its begin
   */
  async transaction<T>(work: (transaction: Transaction) => Promise<T>, first?: string): Promise<T> {
    return this.runTransaction('READ COMMITTED', first, work);
  }

  /** One snapshot for several reads; nothing can be written. */
  async snapshot<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.runTransaction('REPEATABLE READ', 'SET TRANSACTION READ ONLY', work);
  }

  private async runTransaction<T>(
    isolation: 'READ COMMITTED' | 'REPEATABLE READ',
    first: string | undefined,
    work: (transaction: Transaction) => Promise<T>,
  ): Promise<T> {
    const runner: QueryRunner = this.source.createQueryRunner();
    try {
      const client: pg.PoolClient = await runner.connect();
      // One round trip, where TypeORM's own begin would take two and the first statement a third. Its runner is told, so that its
      // entities take part in the transaction and its commit and rollback are ours.
      Object.assign(runner, { isTransactionActive: true });
      await client.query(
        `START TRANSACTION ISOLATION LEVEL ${isolation}${first === undefined ? '' : `; ${first}`}`,
      );
      const transaction: Transaction = { ...queryableOf(client), client, entities: runner.manager };
      const result = await work(transaction);
      await this.beforeCommit?.(transaction);
      await runner.commitTransaction();
      return result;
    } catch (error) {
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    } finally {
      await runner.release();
    }
  }

  /**
   * Works while this process holds an advisory lock on a connection of its own; a killed process holds nothing any more. Nothing is written
   * through that connection, so the work's own transactions are as short as ever.
   */
  async whileHolding<T>(
    lock: { readonly key: number; readonly mode: 'shared' | 'exclusive' },
    work: () => Promise<T>,
  ): Promise<T> {
    const suffix = lock.mode === 'shared' ? '_shared' : '';
    const client = await this.pool.connect();
    // Without a listener the end of the server would end the process; the next statement fails anyway.
    const ignore = () => undefined;
    client.on('error', ignore);
    let usable = false;
    try {
      await client.query(`SELECT pg_advisory_lock${suffix}($1)`, [lock.key]);
      const result = await work();
      usable = await client.query(`SELECT pg_advisory_unlock${suffix}($1)`, [lock.key]).then(
        () => true,
        () => false,
      );
      return result;
    } finally {
      client.off('error', ignore);
      // A connection on which something went wrong is closed, which ends its locks.
      client.release(!usable);
    }
  }

  /** A connection of one's own, for COPY, LISTEN and cursors; the caller releases it. */
  async client(): Promise<pg.PoolClient> {
    return this.pool.connect();
  }

  /** For TypeORM's migration runner. */
  get dataSource(): DataSource {
    return this.source;
  }

  async close(): Promise<void> {
    if (this.source.isInitialized) await this.source.destroy();
  }
}

function queryableOf(client: pg.PoolClient): Queryable {
  return {
    query: async <Row>(sql: string, values: readonly unknown[] = []) =>
      (await client.query(sql, [...values])).rows as Row[],
  };
}

async function rollback(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('ROLLBACK');
    client.release();
  } catch (error) {
    client.release(error as Error);
  }
}

function withoutSecret(url: string): string {
  const parsed = new URL(url);
  parsed.password = '';
  return parsed.href;
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}

/** SQLSTATE of a database error; constraint names carry shard numbers on a distributed database and are not parsed. */
export function sqlStateOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, driverError } = error as { code?: unknown; driverError?: unknown };
  if (driverError !== undefined) return sqlStateOf(driverError);
  return typeof code === 'string' ? code : undefined;
}
