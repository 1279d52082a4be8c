import { Injectable } from '@nestjs/common';
import type { LocalDate } from '#calendar/local-date.js';
import { Database, type Queryable } from '#platform/database/database.js';
import type { CaseStatus } from '../domain/case-state.js';
import type { KnownCase, StandingException } from '../domain/opening.js';
import { type CaseFile, SELECT_CASE_FILE } from './case-file.js';

export interface CaseListFilter {
  readonly status?: CaseStatus;
  readonly account?: string;
  /** 1 to 1,000; default 200. */
  readonly limit?: number;
  /** Id of the last case of the page before. */
  readonly after?: string;
}

/** An exception as the judging of days wants it: whose use it keeps out, and when. */
export interface ExceptionInForce {
  readonly account: string;
  readonly rule: string | null;
  readonly user: string | null;
  readonly number: string | null;
  readonly from: LocalDate;
  readonly until: LocalDate;
}

const DEFAULT_LIMIT = 200;
const MAXIMUM_LIMIT = 1_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The questions that are asked of all cases. */
@Injectable()
export class CaseReader {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  async list(filter: CaseListFilter = {}): Promise<CaseFile[]> {
    const limit = Math.min(Math.max(filter.limit ?? DEFAULT_LIMIT, 1), MAXIMUM_LIMIT);
    return this.database.query<CaseFile>(
      `${SELECT_CASE_FILE} WHERE ($1::text IS NULL OR status = $1) AND ($2::text IS NULL OR account = $2)
         AND ($3::uuid IS NULL OR (opened_on, id) < (SELECT c.opened_on, c.id FROM fair_use.case_file c WHERE c.id = $3))
       ORDER BY opened_on DESC, id DESC LIMIT $4`,
      [filter.status ?? null, filter.account ?? null, filter.after ?? null, limit],
    );
  }

  /** Undefined for an id that no case has, and for what is no id at all. */
  async byId(caseId: string, reader: Queryable = this.database): Promise<CaseFile | undefined> {
    if (!UUID.test(caseId)) return undefined;
    const [file] = await reader.query<CaseFile>(`${SELECT_CASE_FILE} WHERE id = $1`, [caseId]);
    return file;
  }

  async ofAccount(account: string): Promise<KnownCase[]> {
    return this.database.query<KnownCase>(
      `SELECT id AS "caseId", status, answered_through AS "answeredThrough", answered_rules AS "answeredRules"
       FROM fair_use.case_file WHERE account = $1 ORDER BY opened_on, id`,
      [account],
    );
  }

  async caseOfFinding(findingId: string): Promise<string | undefined> {
    const [row] = await this.database.query<{ case_id: string }>(
      'SELECT case_id FROM fair_use.case_finding WHERE finding_id = $1',
      [findingId],
    );
    return row?.case_id;
  }

  /** Exceptions of an account as a whole, or of one rule of it. */
  async standingExceptions(account: string): Promise<StandingException[]> {
    return this.database.query<StandingException>(
      `SELECT rule, from_day AS "from", until_day AS until FROM fair_use.case_exception
       WHERE account = $1 AND excepted_user IS NULL AND number_id IS NULL`,
      [account],
    );
  }

  /** All exceptions that hold on a day, those for one user or number included. */
  async exceptionsOn(day: LocalDate): Promise<ExceptionInForce[]> {
    return this.database.query<ExceptionInForce>(
      `SELECT e.account, e.rule, e.excepted_user AS "user", n.number, e.from_day AS "from", e.until_day AS until
       FROM fair_use.case_exception e LEFT JOIN fair_use.excepted_number n ON n.id = e.number_id
       WHERE e.from_day <= $1 AND e.until_day >= $1 ORDER BY e.account, e.event_id`,
      [day],
    );
  }

  /**
   * Noticed cases whose days after the deadline are complete when `day` has been judged; the judgement looks at the days after
   * `deadline` up to `day`, by `noticeRules`.
   */
  async awaitingJudgement(day: LocalDate): Promise<CaseFile[]> {
    return this.database.query<CaseFile>(
      `${SELECT_CASE_FILE} WHERE status = 'noticed' AND deadline + after_days <= $1 ORDER BY deadline, id`,
      [day],
    );
  }
}
