import { Injectable } from '@nestjs/common';
import { explainFinding } from '#fair-use/domain/explain-finding.js';
import { readFindingsOfCase } from '#fair-use/store/finding-reader.js';
import type { StoredFinding } from '#fair-use/store/judged-day-writer.js';
import { Database } from '#platform/database/database.js';
import type { ExplainedBreach, LetterFacts } from '../domain/letter-facts.js';
import { type FactsWanted, NoticeFacts } from './notice-facts.js';
import { ruleInWords } from './rules-in-words.js';

/** The findings of the case with their figures: per rule its latest one, which shows the whole window up to its day. */
@Injectable()
export class FindingFacts extends NoticeFacts {
  constructor(private readonly database: Database) {
    super();
  }

  async of({ caseId, findings, rules }: FactsWanted): Promise<LetterFacts> {
    const wanted = new Set(findings);
    const found = (await readFindingsOfCase(this.database, caseId)).filter((one) =>
      wanted.has(one.findingId),
    );
    const breaches = rules.map((rule) => {
      // In order of day.
      const latest = found.findLast((one) => one.rule === rule);
      if (latest === undefined) throw new Error(`Case ${caseId} has no finding of ${rule} with its figures`);
      return explained(rule, latest);
    });
    const [first] = found.map((one) => one.firstDay).sort();
    const last = found.at(-1)?.day;
    if (first === undefined || last === undefined)
      throw new Error(`Case ${caseId} has no findings to tell of`);
    return { firstDay: first, lastDay: last, breaches };
  }
}

function explained(rule: string, finding: StoredFinding): ExplainedBreach {
  const { nl, en } = ruleInWords(rule);
  return {
    rule,
    sentences: { nl: [...nl, explainFinding(finding, 'nl')], en: [...en, explainFinding(finding, 'en')] },
  };
}
