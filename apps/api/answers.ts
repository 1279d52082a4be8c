import { z } from 'zod';

/** What goes out, as the OpenAPI document describes it. Money is a decimal string in euro, days are of the billing zone. */

const Amount = z.string().meta({ example: '0.0125', description: 'Euro, exact.' });
const Day = z.string().meta({ example: '2026-10-25' });
const Moment = z.string().meta({ example: '2026-10-25T02:30:00+02:00' });

export const ProblemDocument = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string(),
    details: z.unknown().optional(),
  })
  .meta({ id: 'Problem', description: 'An error as RFC 9457 has it; programs go by the code.' });

export const IntakeReport = z
  .object({
    results: z
      .array(z.object({ result: z.string(), reason: z.string().nullable() }))
      .meta({ description: 'In the order of the records: accepted, duplicate, or a quarantine code.' }),
    read: z.number().int(),
    accepted: z.number().int(),
    duplicates: z.number().int(),
    quarantined: z.record(z.string(), z.number().int()),
  })
  .meta({ id: 'IntakeReport' });

export const LoadReport = z
  .object({
    loaded: z.array(z.string()),
    unchanged: z.array(z.string()),
    changed: z.array(z.string()),
    refused: z.array(z.object({ item: z.string(), reason: z.string() })),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'LoadReport' });

export const Usage = z
  .object({
    account: z.string(),
    days: z.array(
      z.object({
        day: Day,
        class: z.string(),
        calls: z.number().int(),
        seconds: z.number().int(),
        charge: Amount,
        regularCharge: Amount,
        included: z.number().int(),
      }),
    ),
  })
  .meta({ id: 'Usage' });

const amounts = { charge: Amount, regularCharge: Amount, covered: z.boolean() };

export const Calls = z
  .object({
    calls: z.array(
      z.object({
        source: z.string(),
        id: z.string(),
        startedAt: Moment,
        from: z.string().nullable(),
        to: z.string(),
        user: z.string().nullable(),
        class: z.string().nullable(),
        durationSeconds: z.number().int(),
        billedSeconds: z.number().int(),
        tariffVersion: Day.nullable(),
        ...amounts,
        ratings: z.array(
          z.object({
            ratedAt: Moment,
            cause: z.string().nullable(),
            plan: z.string().nullable(),
            tariffVersion: Day.nullable(),
            ...amounts,
          }),
        ),
      }),
    ),
    next: z.string().nullable().meta({ description: 'Pass as "after" for the next page; null on the last.' }),
  })
  .meta({ id: 'Calls' });

export const ExplainedPrice = z
  .object({
    tariff: z.string(),
    version: Day,
    prefix: z.string(),
    destination: z.string(),
    class: z.string(),
    billedSeconds: z.number().int(),
    parts: z.array(z.looseObject({ kind: z.string(), amount: z.string() })),
    charge: Amount,
  })
  .meta({ id: 'ExplainedPrice' });

export const CaseListed = z
  .looseObject({
    id: z.string(),
    account: z.string(),
    status: z.string(),
    rules: z.array(z.string()),
    openedOn: Day,
    firstDay: Day,
    lastDay: Day,
  })
  .meta({ id: 'CaseListed' });

export const CaseDecision = z
  .looseObject({
    caseId: z.string(),
    status: z.string(),
    changed: z.boolean().meta({ description: 'False: it was so already, or the same request came before.' }),
  })
  .meta({ id: 'CaseDecision' });

export const KafkaIntake = z
  .object({
    lagRecords: z.number().int(),
    lagSeconds: z.number().int(),
    stopped: z.number().int(),
    partitions: z.array(
      z.object({
        topic: z.string(),
        partition: z.number().int(),
        storedBelow: z.number().int(),
        logStart: z.number().int().nullable(),
        highWater: z.number().int().nullable(),
        lagRecords: z.number().int().nullable(),
        lagSeconds: z.number().int().nullable(),
        batchInWork: z.boolean(),
        lastStoredAt: Moment.nullable(),
        stopped: z.object({ code: z.string(), reason: z.string() }).nullable(),
      }),
    ),
  })
  .meta({ id: 'KafkaIntake' });

/** A document whose shape its context describes. */
export const AnyDocument = z.looseObject({});

export const Evaluated = z
  .looseObject({
    through: Day,
    days: z.number().int(),
    accountsJudged: z.number().int(),
    findings: z.number().int(),
    casesOpened: z.number().int(),
  })
  .meta({ id: 'Evaluated' });

export const CaseEvidence = z
  .looseObject({
    case: z.string(),
    account: z.string(),
    status: z.string(),
    rules: z.array(z.string()),
    findings: z.array(AnyDocument),
    timeline: z.array(
      z.looseObject({ at: z.string(), event: z.string(), by: z.string().nullable(), data: z.unknown() }),
    ),
  })
  .meta({ id: 'CaseEvidence' });

export const RetroactiveChange = z
  .looseObject({
    account: z.string(),
    from: Day,
    oldPlan: z.string(),
    newPlan: z.string(),
    knownAt: Moment,
    calls: z.object({ affected: z.number().int(), seconds: z.number().int() }),
    byPeriod: z.array(AnyDocument),
    callCharges: z.object({ before: Amount, after: Amount }),
    subscriptionFees: z.object({ before: Amount, after: Amount }),
    net: Amount,
    vat: Amount,
    total: Amount,
    documents: z.array(AnyDocument),
    hash: z.string(),
  })
  .meta({ id: 'RetroactiveChange' });

export const BillRunStarted = z
  .object({
    period: z.string(),
    revision: z.number().int(),
    changed: z.boolean(),
    documents: z.number().int(),
    parked: z.number().int(),
  })
  .meta({ id: 'BillRunStarted' });

export const BillRun = z
  .looseObject({
    period: z.string(),
    revision: z.number().int(),
    totals: AnyDocument,
    parkedTotals: AnyDocument,
    parked: z.array(AnyDocument),
    differences: AnyDocument,
  })
  .meta({ id: 'BillRun' });

export const Draft = z
  .looseObject({
    account: z.string(),
    period: z.string(),
    lines: z.array(AnyDocument),
    vat: z.array(AnyDocument),
    net: Amount,
    vatTotal: Amount,
    total: Amount,
    source: z.enum(['bill-run', 'live']),
  })
  .meta({ id: 'Draft' });

export const Verification = z
  .object({
    checks: z.array(
      z.object({ name: z.string(), compared: z.number().int(), differences: z.array(z.string()) }),
    ),
  })
  .meta({ id: 'Verification', description: 'No differences: everything agrees.' });
