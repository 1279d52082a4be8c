import { dayNumberOf } from '#calendar/local-date.js';
import type { Database } from '#platform/database/database.js';
import { bucketOf } from '#platform/identity/ids.js';
import { type CallReference, callReference } from '../domain/finding.js';
import { dayAfter, endOfDay } from '../domain/judging-calendar.js';
import { recordedBasis } from '../evaluate/recorded-basis.js';
import { judgedCallsOf } from '../store/judged-call-reader.js';
import { readJudgedDay } from '../store/judged-day-reader.js';
import type { StoredFinding } from '../store/judged-day-writer.js';

/** An answer stays readable and bounded; the rest is told by count. */
const MAXIMUM_CALLS = 2_000;
/** A call that was set up before its window can be answered in it, or talk into it. */
const LONGEST_CALL_DAYS = 8;

/** The judged calls whose talk falls in the window of a finding, from the log as it was when the day was judged; the first of them. */
export async function callsOfWindow(database: Database, finding: StoredFinding): Promise<CallReference[]> {
  const row = await readJudgedDay(database, finding.policy, finding.day);
  if (row === undefined) return [];
  const basis = await recordedBasis(database, row);
  const { zone } = basis.calendar;
  const from = dayNumberOf(finding.windowFrom);
  const begin = zone.startOfDayNumber(from);
  const end = endOfDay(basis.calendar, dayNumberOf(finding.day));
  return database.snapshot(async (snapshot) => {
    const calls: CallReference[] = [];
    const bucket = bucketOf(finding.account);
    const pages = judgedCallsOf(snapshot, {
      bucket,
      accounts: [finding.account],
      plans: basis.plans,
      from: zone.startOfDayNumber(dayAfter(from, -LONGEST_CALL_DAYS)),
      to: end,
      throughSeq: basis.cursor[bucket] ?? 0,
    });
    for await (const page of pages) {
      for (const call of page) {
        if (call.answeredAt >= end || call.answeredAt + call.talkSeconds * 1000 <= begin) continue;
        calls.push(callReference(call));
        if (calls.length === MAXIMUM_CALLS) return calls;
      }
    }
    return calls;
  });
}
