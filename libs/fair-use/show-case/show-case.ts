import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { formatInstant } from '#calendar/instant.js';
import type { LocalDate } from '#calendar/local-date.js';
import { EventStore } from '#event-store/event-store.js';
import { type Outcome, accepted } from '#outcome/outcome.js';
import { Database } from '#platform/database/database.js';
import { caseStreamOf } from '../case/domain/case.js';
import { noSuchCase } from '../case/store/case-book.js';
import type { CaseFile } from '../case/store/case-file.js';
import { CaseReader } from '../case/store/case-reader.js';
import { explainFinding } from '../domain/explain-finding.js';
import type { CallReference, Finding } from '../domain/finding.js';
import { readEvidenceCalls, readFindingsOfCase } from '../store/finding-reader.js';
import type { StoredFinding } from '../store/judged-day-writer.js';
import { callsOfWindow } from './calls-of-window.js';

/** A finding as `fairline fair-use case` and the API show it (contracts section 4). */
export interface ShownFinding extends Omit<
  StoredFinding,
  'first' | 'parts' | 'episodes' | 'bursts' | 'account'
> {
  /** The first condition. */
  readonly measure: string;
  readonly unit: string;
  readonly value: number;
  readonly limit: number;
  readonly limitParts: Readonly<Record<string, number>>;
  readonly episodes: Finding['episodes'];
  readonly bursts: Finding['bursts'];
  /** For `excess-over-average` the calls of the window are listed with the latest finding of the case; earlier ones share most of them. */
  readonly calls: readonly Pick<CallReference, 'source' | 'id'>[];
  /** Judged calls of the window, listed or not. */
  readonly callsInWindow: number;
  readonly explanation: { readonly nl: string; readonly en: string };
}

export interface TimelineEntry {
  readonly at: string;
  readonly event: string;
  readonly by: string | null;
  readonly data: unknown;
}

/** The whole evidence of a case. */
export interface CaseEvidence {
  readonly case: string;
  readonly account: string;
  readonly status: CaseFile['status'];
  readonly plan: string;
  readonly policy: string;
  readonly policyVersion: number;
  readonly rules: readonly string[];
  readonly openedOn: LocalDate;
  readonly firstDay: LocalDate;
  readonly lastDay: LocalDate;
  readonly owner: string | null;
  readonly notice: {
    readonly id: string;
    readonly status: NonNullable<CaseFile['noticeStatus']>;
    readonly rules: readonly string[];
    readonly deliveredAt: string | null;
    readonly evidence: CaseFile['noticeEvidence'];
  } | null;
  /** Last day, inclusive, on which to stop. */
  readonly deadline: LocalDate | null;
  readonly measure: {
    readonly id: string;
    readonly kind: CaseFile['measureKind'];
    readonly from: LocalDate | null;
    readonly approvedBy: string | null;
    readonly appliedOn: LocalDate | null;
  } | null;
  readonly findings: readonly ShownFinding[];
  readonly timeline: readonly TimelineEntry[];
}

export class ShowCase extends Query<Outcome<CaseEvidence>> {
  constructor(readonly caseId: string) {
    super();
  }
}

@QueryHandler(ShowCase)
export class ShowCaseHandler implements IQueryHandler<ShowCase> {
  constructor(
    private readonly database: Database,
    private readonly store: EventStore,
    private readonly cases: CaseReader,
  ) {}

  async execute({ caseId }: ShowCase): Promise<Outcome<CaseEvidence>> {
    const file = await this.cases.byId(caseId);
    if (file === undefined) return noSuchCase(caseId);
    return accepted({
      ...head(file),
      findings: await this.findings(caseId),
      timeline: await this.timeline(caseId),
    });
  }

  private async findings(caseId: string): Promise<ShownFinding[]> {
    const findings = await readFindingsOfCase(this.database, caseId);
    const calls = await readEvidenceCalls(this.database, [
      ...new Set(
        findings.flatMap(({ episodes, bursts }) => [...episodes, ...bursts].map((one) => one.evidenceId)),
      ),
    ]);
    const latest = findings.findLast((finding) => finding.rule === 'excess-over-average');
    const ofWindow = latest === undefined ? [] : await callsOfWindow(this.database, latest);
    return findings.map((finding) => shown(finding, calls, finding === latest ? ofWindow : []));
  }

  private async timeline(caseId: string): Promise<TimelineEntry[]> {
    const events = await this.store.readStream(caseStreamOf(caseId));
    return events.map((event) => ({
      at: formatInstant(event.occurredAt),
      event: event.type,
      by: event.metadata.actor ?? null,
      data: event.data,
    }));
  }
}

function head(file: CaseFile): Omit<CaseEvidence, 'findings' | 'timeline'> {
  const {
    id,
    account,
    status,
    plan,
    policy,
    policyVersion,
    rules,
    openedOn,
    firstDay,
    lastDay,
    owner,
    deadline,
  } = file;
  return {
    case: id,
    account,
    status,
    plan,
    policy,
    policyVersion,
    rules,
    openedOn,
    firstDay,
    lastDay,
    owner,
    notice:
      file.noticeId === null || file.noticeStatus === null
        ? null
        : {
            id: file.noticeId,
            status: file.noticeStatus,
            rules: file.noticeRules,
            deliveredAt: file.noticeDeliveredAt === null ? null : formatInstant(file.noticeDeliveredAt),
            evidence: file.noticeEvidence,
          },
    deadline,
    measure:
      file.measureId === null
        ? null
        : {
            id: file.measureId,
            kind: file.measureKind,
            from: file.measureFrom,
            approvedBy: file.measureApprovedBy,
            appliedOn: file.measureAppliedOn,
          },
  };
}

function shown(
  finding: StoredFinding,
  evidence: ReadonlyMap<string, readonly CallReference[]>,
  ofWindow: readonly CallReference[],
): ShownFinding {
  const { first, parts, episodes, bursts, account: _account, ...facts } = finding;
  const withCalls = <T extends { evidenceId: string }>({ evidenceId, ...one }: T) => ({
    ...one,
    calls: evidence.get(evidenceId) ?? [],
  });
  const shownEpisodes = episodes.map(withCalls);
  const shownBursts = bursts.map(withCalls);
  return {
    ...facts,
    measure: first.measure,
    unit: first.unit,
    value: first.value,
    limit: first.limit,
    limitParts: parts,
    episodes: shownEpisodes,
    bursts: shownBursts,
    calls: [
      ...shownEpisodes.flatMap((one) => one.calls),
      ...shownBursts.flatMap((one) => one.calls),
      ...ofWindow,
    ].map(({ source, id }) => ({ source, id })),
    callsInWindow: finding.days.reduce((sum, day) => sum + day.calls, 0),
    explanation: { nl: explainFinding(finding, 'nl'), en: explainFinding(finding, 'en') },
  };
}
