import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { type LoadReport, report } from '#catalogue/load-catalogue/load-catalogue.js';
import { readCatalogue } from '#catalogue/store/catalogue-store.js';
import { whileChangingReference } from '#catalogue/store/reference-gate.js';
import {
  advanceReferenceHead,
  lockReferenceHead,
  readReferenceHead,
} from '#catalogue/store/reference-head.js';
import { type AppendingTransaction, EventStore } from '#event-store/event-store.js';
import { type Outcome, RefusedError, accepted, refused } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { Database, sqlStateOf } from '#platform/database/database.js';
import {
  type AccountRecord,
  type LoadProblem,
  type PartyRecord,
  parseAccounts,
  recordFingerprint,
  warningsOf,
} from '../domain/account-record.js';
import { LatestCalls } from '../latest-calls.js';
import { AccountEntity, ResellerEntity, fingerprintsOf } from '../store/account-store.js';
import { changeAccount } from './change-account.js';
import { registerAccounts } from './register-accounts.js';

/** Loads every record of an accounts file, or none (contracts section 2). */
export class LoadAccounts extends Command<Outcome<LoadReport>> {
  /** @param file the content of a JSON Lines or CSV file */
  constructor(readonly file: string) {
    super();
  }
}

const EXCLUSION_VIOLATION = '23P01';

@CommandHandler(LoadAccounts)
export class LoadAccountsHandler implements ICommandHandler<LoadAccounts> {
  constructor(
    private readonly database: Database,
    private readonly store: EventStore,
    private readonly clock: BusinessClock,
    private readonly latestCalls: LatestCalls,
  ) {}

  async execute({ file }: LoadAccounts): Promise<Outcome<LoadReport>> {
    const { records, problems } = parseAccounts(file);
    problems.push(...(await this.unknownPlans(records)));
    if (problems.length > 0) return refusedWith(problems);
    const at = await this.clock.now();
    try {
      return await whileChangingReference(this.database, () =>
        this.store.appending((transaction) => this.load(transaction, records, at)),
      );
    } catch (error) {
      if (error instanceof RefusedError) return { ok: false, refusal: error.refusal };
      if (sqlStateOf(error) === EXCLUSION_VIOLATION) return refusedWith([await this.describeClash(records)]);
      throw error;
    }
  }

  private async load(
    transaction: AppendingTransaction,
    records: readonly PartyRecord[],
    at: Instant,
  ): Promise<Outcome<LoadReport>> {
    await lockReferenceHead(transaction);
    const sorted = await this.sort(transaction, records);
    const problems = [
      ...(await this.refusalsOf(sorted.changed)),
      ...(await unknownResellers(transaction, records)),
      ...(await movedToAnotherReseller(transaction, sorted.changed)),
    ];
    if (problems.length > 0) return refusedWith(problems);
    let position = await writeResellers(transaction, sorted.resellers);
    position = Math.max(position, await registerAccounts(transaction, sorted.fresh, at));
    for (const record of sorted.changed) {
      position = Math.max(position, await changeAccount(this.store, transaction, record, at));
    }
    await advanceReferenceHead(transaction, position);
    return accepted(
      report({
        loaded: [...sorted.resellers, ...sorted.fresh].map((record) => record.id),
        changed: sorted.changed.map((record) => record.id),
        unchanged: sorted.unchanged,
        warnings: warningsOf(records),
      }),
    );
  }

  private async sort(transaction: AppendingTransaction, records: readonly PartyRecord[]) {
    const ids = records.map((record) => record.id);
    const accounts = await fingerprintsOf(transaction.entities, AccountEntity, ids);
    const resellers = await fingerprintsOf(transaction.entities, ResellerEntity, ids);
    const known = (record: PartyRecord) => (record.kind === 'account' ? accounts : resellers).get(record.id);
    const isUnchanged = (record: PartyRecord) => known(record) === recordFingerprint(record);
    const touched = records.filter((record) => !isUnchanged(record));
    return {
      unchanged: records.filter(isUnchanged).map((record) => record.id),
      resellers: touched.filter((record) => record.kind === 'reseller'),
      fresh: touched.filter(
        (record) => record.kind === 'account' && known(record) === undefined,
      ) as AccountRecord[],
      changed: touched.filter(
        (record) => record.kind === 'account' && known(record) !== undefined,
      ) as AccountRecord[],
    };
  }

  /** A changed record is a dated change, and not of days whose calls are rated: that is a retroactive change with its preview. */
  private async refusalsOf(changed: readonly AccountRecord[]): Promise<LoadProblem[]> {
    const problems: LoadProblem[] = [];
    for (const record of changed) {
      const { effectiveFrom } = record;
      if (effectiveFrom === undefined) {
        problems.push({
          item: record.id,
          reason:
            'differs from what was loaded before; add "effectiveFrom" with the day from which the change holds',
        });
        continue;
      }
      const latest = await this.latestCalls.latestOf(record.id);
      if (latest !== undefined && latest >= AMSTERDAM.startOfDay(effectiveFrom)) {
        problems.push({
          item: record.id,
          reason: `has calls up to ${AMSTERDAM.localDateAt(latest)}, so a change from ${effectiveFrom} would change their price; use "fairline subscription change" for it`,
        });
      }
    }
    return problems;
  }

  private async unknownPlans(records: readonly PartyRecord[]): Promise<LoadProblem[]> {
    const catalogue = await readCatalogue(this.database, await readReferenceHead(this.database));
    return records.flatMap((record) =>
      record.kind === 'reseller'
        ? []
        : record.subscriptions
            .filter((subscription) => !catalogue.knowsPlan(subscription.plan))
            .map((subscription) => ({
              item: record.id,
              reason: `plan ${subscription.plan} is not in the catalogue; load it first`,
            })),
    );
  }

  /** The database refused the whole load; this finds which number or user it was about. */
  private async describeClash(records: readonly PartyRecord[]): Promise<LoadProblem> {
    const accounts = records.filter((record) => record.kind === 'account');
    const ids = new Set(accounts.map((record) => record.id));
    const held = await this.database.query<{ what: string; account: string }>(
      `SELECT 'number ' || number AS what, account FROM accounts.number_assignment WHERE known_to IS NULL AND number = ANY ($1)
       UNION ALL SELECT 'user ' || user_id, account FROM accounts.user_assignment WHERE known_to IS NULL AND user_id = ANY ($2)`,
      [
        accounts.flatMap((record) => record.numbers.map((one) => one.number)),
        accounts.flatMap((record) => record.users.map((one) => one.id)),
      ],
    );
    const clash = held.find((one) => !ids.has(one.account)) ?? held[0];
    return clash === undefined
      ? {
          item: 'file',
          reason:
            'a number or user stands under two accounts of the file at the same time; give them dates that do not overlap',
        }
      : {
          item: clash.what,
          reason: `belongs to ${clash.account} at that time; end it there first, or give dates that do not overlap`,
        };
  }
}

/** A reseller is in the file or known already. */
async function unknownResellers(
  transaction: AppendingTransaction,
  records: readonly PartyRecord[],
): Promise<LoadProblem[]> {
  const inFile = new Set(records.filter((record) => record.kind === 'reseller').map((record) => record.id));
  const wanted = records.flatMap((record) =>
    record.kind === 'account' && record.reseller !== undefined && !inFile.has(record.reseller)
      ? [{ account: record.id, reseller: record.reseller }]
      : [],
  );
  const known = await fingerprintsOf(
    transaction.entities,
    ResellerEntity,
    wanted.map((one) => one.reseller),
  );
  return wanted
    .filter((one) => !known.has(one.reseller))
    .map((one) => ({
      item: one.account,
      reason: `reseller ${one.reseller} is not known; load it first or in the same file`,
    }));
}

/** Not taken in silence: the account would stay where it was. */
async function movedToAnotherReseller(
  transaction: AppendingTransaction,
  changed: readonly AccountRecord[],
): Promise<LoadProblem[]> {
  const known = await transaction.query<{ id: string; reseller: string | null }>(
    'SELECT id, reseller FROM accounts.account WHERE id = ANY ($1)',
    [changed.map((record) => record.id)],
  );
  const resellers = new Map(known.map((row) => [row.id, row.reseller]));
  return changed
    .filter((record) => (record.reseller ?? null) !== resellers.get(record.id))
    .map((record) => ({
      item: record.id,
      reason: `belongs to ${resellers.get(record.id) ?? 'no reseller'}, the record says ${record.reseller ?? 'none'}; a load does not move an account to another reseller`,
    }));
}

async function writeResellers(
  transaction: AppendingTransaction,
  resellers: readonly PartyRecord[],
): Promise<number> {
  const rows = resellers.flatMap((record) =>
    record.kind === 'reseller'
      ? [
          {
            id: record.id,
            name: record.name,
            email: record.email ?? null,
            fingerprint: recordFingerprint(record),
            position: 0,
          },
        ]
      : [],
  );
  if (rows.length > 0) await transaction.entities.upsert(ResellerEntity, rows, ['id']);
  return 0;
}

function refusedWith(problems: readonly LoadProblem[]) {
  const shown = problems.slice(0, 5).map(({ item, reason }) => `${item}: ${reason}`);
  const more = problems.length > shown.length ? ` (and ${problems.length - shown.length} more)` : '';
  return refused(
    'invalid-accounts',
    `The accounts file has ${problems.length} problem(s): ${shown.join('; ')}${more}. Nothing was loaded.`,
    problems,
  );
}
