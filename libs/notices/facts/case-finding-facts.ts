import { Injectable } from '@nestjs/common';
import type { LocalDate } from '#calendar/local-date.js';
import { Database } from '#platform/database/database.js';
import type { LetterFacts } from '../domain/letter-facts.js';
import { type FactsWanted, NoticeFacts } from './notice-facts.js';
import { ruleInWords } from './rules-in-words.js';

/** Rules and days as the case has them, without figures; for where nobody offers the figures of the findings. */
@Injectable()
export class CaseFindingFacts extends NoticeFacts {
  constructor(private readonly database: Database) {
    super();
  }

  async of({ caseId, findings, rules }: FactsWanted): Promise<LetterFacts> {
    const [days] = await this.database.query<{ found: number; first: LocalDate; last: LocalDate }>(
      `SELECT count(*) AS found, min(first_day) AS first, max(last_day) AS last
       FROM fair_use.case_finding WHERE case_id = $1 AND finding_id = ANY ($2)`,
      [caseId, findings],
    );
    if (days === undefined || days.found === 0 || days.found !== findings.length) {
      throw new Error(
        `Case ${caseId} has ${days?.found ?? 0} of the ${findings.length} findings of its notice`,
      );
    }
    return {
      firstDay: days.first,
      lastDay: days.last,
      breaches: rules.map((rule) => ({ rule, sentences: ruleInWords(rule) })),
    };
  }
}
