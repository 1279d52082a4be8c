import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { readReferenceHead } from '#catalogue/store/reference-head.js';
import { normaliseNumber } from '#numbering/phone-number.js';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { Database } from '#platform/database/database.js';
import { type ExplainedPrice, explainPrice } from '../domain/explain-price.js';
import { readTariffBook } from '../store/tariff-store.js';

/** A call that somebody wants the price of. */
export interface RateQuestion {
  readonly tariff: string;
  /** As dialled in the Netherlands, or E.164. */
  readonly to: string;
  /** Of the answer. */
  readonly at: Instant;
  /** Talk time, whole seconds above 0. */
  readonly seconds: number;
}

/** The price of one call on a published tariff, part by part (contracts section 3); no plan covers it here. */
export class ExplainRate extends Query<Outcome<ExplainedPrice>> {
  constructor(readonly question: RateQuestion) {
    super();
  }
}

@QueryHandler(ExplainRate)
export class ExplainRateHandler implements IQueryHandler<ExplainRate> {
  constructor(private readonly database: Database) {}

  async execute({ question }: ExplainRate): Promise<Outcome<ExplainedPrice>> {
    const to = normaliseNumber(question.to);
    if (to === undefined) {
      return refused(
        'invalid-number',
        `${question.to} is no number that can be called. Write it as +31201234567, or as dialled in the Netherlands.`,
      );
    }
    const book = await readTariffBook(this.database, await readReferenceHead(this.database));
    if (!book.has(question.tariff)) {
      return refused(
        'unknown-tariff',
        `There is no tariff ${question.tariff}. "fairline load tariff FILE" brings tariffs in.`,
      );
    }
    const version = book.versionAt(question.tariff, question.at);
    if (version === undefined) {
      return refused(
        'no-tariff-version',
        `Tariff ${question.tariff} has no version that holds at ${AMSTERDAM.format(question.at)}; its first one begins later.`,
      );
    }
    const price = explainPrice(
      version,
      { to, answeredAt: question.at, talkSeconds: question.seconds },
      AMSTERDAM,
    );
    if (price !== undefined) return accepted(price);
    return refused(
      'no-rate',
      `Tariff ${question.tariff} of ${version.version.validFrom} has no prefix for ${to}; add one in a new version.`,
    );
  }
}
