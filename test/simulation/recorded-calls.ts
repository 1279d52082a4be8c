import { numbersOf, subscriptionsOf, usersOf } from '#accounts/load-accounts/register-accounts.js';
import { type AccountRecord, parseAccounts } from '#accounts/domain/account-record.js';
import { Assignments } from '#accounts/domain/assignments.js';
import { type Instant, instant } from '#calendar/instant.js';
import { assignAccount } from '#call-log/domain/assign-account.js';
import type { CallRecord } from '#call-log/domain/call-record.js';
import { parseCallRecord } from '#call-log/domain/parse-call-record.js';
import { type ReferenceData, type RatedBy, rateRecord } from '#call-log/domain/rate-record.js';
import type { Catalogue } from '#catalogue/domain/catalogue.js';
import { CatalogueTimeline } from '#catalogue/domain/catalogue-timeline.js';
import { parseCatalogue } from '#catalogue/domain/parse-catalogue.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { parseTariffCsv } from '#rating/domain/parse-tariff.js';
import { TariffBook } from '#rating/domain/tariff-book.js';
import { type Simulation, type StreamManifest } from '#simulation/simulate.js';

/** The business clock of a load after the last call: only a start in the future is in the future. */
export const AFTER_ALL_CALLS = instant('2028-01-01T00:00:00Z');

/** One call as the product takes it in: read, assigned and rated by the real code. */
export interface RecordedCall {
  readonly record: CallRecord;
  readonly account: string;
  readonly user: string;
  readonly rated: RatedBy;
}

export interface Recorded {
  readonly catalogue: Catalogue;
  readonly records: readonly AccountRecord[];
  readonly reference: ReferenceData;
  readonly calls: readonly RecordedCall[];
  readonly duplicates: number;
  readonly quarantined: Readonly<Record<string, number>>;
  readonly manifest: StreamManifest;
  readonly lines: number;
}

/** Everything that a simulation sends, through the parsers and rules of the product, without a database. */
export function record(simulation: Simulation): Recorded {
  const { catalogue, records, reference } = referenceOf(simulation);
  const calls: RecordedCall[] = [];
  const known = new Map<string, string>();
  const quarantined: Record<string, number> = {};
  let duplicates = 0;
  let lines = 0;
  const keep = (code: string) => {
    quarantined[code] = (quarantined[code] ?? 0) + 1;
  };
  const manifest = eachLine(simulation, (line) => {
    lines += 1;
    const parsed = parseCallRecord(line, AFTER_ALL_CALLS);
    if (!parsed.ok) return keep(parsed.rejection.code);
    if (parsed.kind === 'answered') return undefined;
    const { record } = parsed;
    const before = known.get(record.id);
    if (before !== undefined) {
      if (before === line) duplicates += 1;
      else keep('conflict');
      return;
    }
    const assigned = assignAccount(record, reference.assignments);
    if (!assigned.ok) return keep(assigned.rejection.code);
    const rated = rateRecord(record, assigned.account, assigned.user, reference);
    if (!rated.ok) return keep(rated.rejection.code);
    known.set(record.id, line);
    calls.push({ record, account: assigned.account, user: assigned.user?.user ?? '', rated: rated.value });
  });
  return { catalogue, records, reference, calls, duplicates, quarantined, manifest, lines };
}

/** The files that finance loads, by the real parsers. */
export function referenceOf(simulation: Simulation) {
  const catalogue = acceptedOrThrow(parseCatalogue(simulation.catalogue));
  const tariff = acceptedOrThrow(parseTariffCsv(simulation.tariff, catalogue));
  const { records: parties, problems } = parseAccounts(simulation.accounts);
  const records = parties.filter((party) => party.kind === 'account');
  const assignments = new Assignments(
    1,
    new Set(records.map((one) => one.id)),
    records.flatMap(numbersOf),
    records.flatMap(usersOf),
    records.flatMap(subscriptionsOf),
  );
  const reference: ReferenceData = {
    position: 1,
    assignments,
    catalogue: new CatalogueTimeline([catalogue]),
    tariffs: new TariffBook(tariff.versions),
  };
  return { catalogue, tariff, parties, records, problems, reference };
}

/** Calls `visit` with each line of the stream. */
export function eachLine(simulation: Simulation, visit: (line: string) => void): StreamManifest {
  const calls = simulation.calls();
  for (let step = calls.next(); ; step = calls.next()) {
    if (step.done === true) return step.value;
    for (const line of step.value.slice(0, -1).split('\n')) visit(line);
  }
}

/** Judged calls of fair-use: outbound, with talk time, covered. */
export function isJudged({ record, rated }: RecordedCall): boolean {
  return record.direction === 'outbound' && record.talkSeconds > 0 && rated.rating.covered;
}

export function endOfTalk({ record }: RecordedCall): number {
  return (record.answeredAt ?? record.endedAt) + record.talkSeconds * 1000;
}

export function at(text: string): Instant {
  return instant(text);
}

export function groupedBy<K, T>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
