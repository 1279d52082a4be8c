import { Entity, type EntityManager, PrimaryColumn, Column } from 'typeorm';
import type { LocalDate } from '#calendar/local-date.js';
import type { Queryable } from '#platform/database/database.js';

export interface Address {
  readonly street: string;
  readonly postcode: string;
  readonly city: string;
  readonly country: string;
}

export interface Contact {
  readonly role: string;
  readonly email: string;
  readonly name?: string | undefined;
}

@Entity({ schema: 'accounts', name: 'reseller' })
export class ResellerEntity {
  @PrimaryColumn('text') id!: string;
  @Column('text') name!: string;
  @Column('text', { nullable: true }) email!: string | null;
  @Column('text') fingerprint!: string;
  @Column('bigint') position!: number;
}

@Entity({ schema: 'accounts', name: 'account' })
export class AccountEntity {
  @PrimaryColumn('text') id!: string;
  @Column('text', { nullable: true }) reseller!: string | null;
  @Column('text') fingerprint!: string;
  @Column('bigint') position!: number;
}

/** Names, addresses and bank details over days; the one with the latest day, then the latest position, holds. */
@Entity({ schema: 'accounts', name: 'account_details' })
export class AccountDetailsEntity {
  @PrimaryColumn('text') account!: string;
  @PrimaryColumn('date', { name: 'effective_from' }) effectiveFrom!: string;
  @PrimaryColumn('bigint') position!: number;
  @Column('text') name!: string;
  @Column('text') language!: 'nl' | 'en';
  @Column('jsonb', { nullable: true }) address!: Address | null;
  @Column('text', { nullable: true }) kvk!: string | null;
  @Column('text', { name: 'vat_number', nullable: true }) vatNumber!: string | null;
  @Column('text', { nullable: true }) iban!: string | null;
  @Column('jsonb', { nullable: true }) mandate!: object | null;
  @Column('jsonb') contacts!: Contact[];
  @Column('jsonb', { name: 'allowed_networks' }) allowedNetworks!: string[];
}

export const accountEntities = [ResellerEntity, AccountEntity, AccountDetailsEntity];

/** Fingerprints of parties that exist, by id: a load sees at once what is new, unchanged and changed. */
export async function fingerprintsOf(
  entities: EntityManager,
  entity: typeof ResellerEntity | typeof AccountEntity,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const rows = await entities
    .createQueryBuilder(entity, 'party')
    .select(['party.id', 'party.fingerprint'])
    .where('party.id = ANY (:ids)', { ids: [...ids] })
    .getMany();
  return new Map(rows.map((row) => [row.id, row.fingerprint]));
}

export interface AccountDetails {
  readonly account: string;
  readonly reseller: string | null;
  readonly name: string;
  readonly language: 'nl' | 'en';
  readonly address: Address | null;
  readonly kvk: string | null;
  readonly vatNumber: string | null;
  readonly iban: string | null;
  readonly contacts: readonly Contact[];
}

/** The details of accounts that hold on a day; accounts that are not known are absent. */
export async function readDetails(
  reader: Queryable,
  accounts: readonly string[],
  day: LocalDate,
): Promise<Map<string, AccountDetails>> {
  const rows = await reader.query<AccountDetails>(
    `SELECT DISTINCT ON (d.account) d.account, a.reseller, d.name, d.language, d.address, d.kvk, d.vat_number AS "vatNumber", d.iban, d.contacts
     FROM accounts.account_details d JOIN accounts.account a ON a.id = d.account
     WHERE d.account = ANY ($1) AND (d.effective_from <= $2 OR d.effective_from =
       (SELECT min(f.effective_from) FROM accounts.account_details f WHERE f.account = d.account))
     ORDER BY d.account, d.effective_from DESC, d.position DESC`,
    [accounts, day],
  );
  return new Map(rows.map((row) => [row.account, row]));
}

/** Account ids in order, a page at a time. */
export async function pageOfAccounts(
  reader: Queryable,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const rows = await reader.query<{ id: string }>(
    'SELECT id FROM accounts.account WHERE ($1::text IS NULL OR id > $1) ORDER BY id LIMIT $2',
    [after, limit],
  );
  return rows.map((row) => row.id);
}

export async function accountExists(reader: Queryable, account: string): Promise<boolean> {
  const rows = await reader.query('SELECT FROM accounts.account WHERE id = $1', [account]);
  return rows.length === 1;
}
