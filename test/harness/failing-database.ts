import type { Database, Queryable, Transaction } from '#platform/database/database.js';

/** The process died here; what was committed stays, everything else is gone. */
export class Killed extends Error {
  constructor(step: number) {
    super(`killed at step ${step}`);
    this.name = 'Killed';
  }
}

/**
 * A database of a process that dies at one step: before a statement, or before a transaction or the call of a bucket's function, or after
 * that was committed and before the answer came. Counting goes on over everything that goes through it.
 */
export class FailingDatabase {
  steps = 0;
  readonly database: Database;

  /**
   * @param failAt 1 is the first step; Infinity only counts
   * @param forGood whether every later step fails too, as of a process that is dead
   */
  constructor(
    real: Database,
    private readonly failAt: number,
    private readonly forGood = false,
  ) {
    this.database = new Proxy(real, {
      get: (target, property) => {
        if (property === 'query') return this.query(target);
        if (property === 'callBucket') {
          return (...call: Parameters<Database['callBucket']>) =>
            this.guarded(() => target.callBucket(...call));
        }
        if (property === 'transaction' || property === 'snapshot') {
          return <T>(work: (transaction: Transaction) => Promise<T>, first?: string) =>
            this.guarded(() =>
              target[property](
                (transaction) => work({ ...transaction, query: this.query(transaction) }),
                first,
              ),
            );
        }
        return Reflect.get(target, property, target) as unknown;
      },
    });
  }

  private query(target: Queryable): Queryable['query'] {
    return <Row>(sql: string, values?: readonly unknown[]) =>
      this.guarded(() => target.query<Row>(sql, values));
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    this.step();
    const result = await work();
    this.step();
    return result;
  }

  private step(): void {
    this.steps += 1;
    if (this.steps === this.failAt || (this.forGood && this.steps > this.failAt))
      throw new Killed(this.steps);
  }
}

/** A database through which something else gets in between, right before the first call of one kind. */
export function interruptedBefore(
  real: Database,
  kind: 'callBucket' | 'transaction',
  what: () => Promise<void>,
): Database {
  let done = false;
  const interrupt = async () => {
    if (done) return;
    done = true;
    await what();
  };
  return new Proxy(real, {
    get: (target, property) => {
      if (property === 'callBucket' && kind === property) {
        return async (...call: Parameters<Database['callBucket']>) => {
          await interrupt();
          return target.callBucket(...call);
        };
      }
      if (property === 'transaction' && kind === property) {
        return async <T>(work: (transaction: Transaction) => Promise<T>, first?: string) => {
          await interrupt();
          return target.transaction(work, first);
        };
      }
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
