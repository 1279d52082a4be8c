import type { Instant } from '#calendar/instant.js';
import { localDate } from '#calendar/local-date.js';
import type { CaseBook } from '#fair-use/case/store/case-book.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { causedId } from '#platform/identity/ids.js';
import { FACTS } from '../domain/testing/facts.js';

/** Id of the finding of an account's case. */
export function findingOf(account: string): string {
  return causedId('finding', account);
}

/** An open case of an account with one finding. @returns its id */
export async function openCase(cases: CaseBook, account: string, at: Instant): Promise<string> {
  const caseId = causedId('case', account);
  const finding = {
    findingId: findingOf(account),
    rule: 'excess-over-average',
    firstDay: FACTS.firstDay,
    lastDay: FACTS.lastDay,
    windowFrom: localDate('2026-09-18'),
  };
  const opened = await cases.decide(
    caseId,
    {
      type: 'open-case',
      caseId,
      account,
      plan: 'unlimited',
      policy: 'standard',
      policyVersion: 1,
      deadlineDays: 7,
      afterDays: 7,
      findings: [finding],
      at,
    },
    { by: 'test' },
  );
  acceptedOrThrow(opened);
  return caseId;
}

/** @returns the id of the notice */
export async function requestCaseNotice(cases: CaseBook, caseId: string, requestId: string): Promise<string> {
  const noticeId = causedId('notice', caseId, requestId);
  acceptedOrThrow(
    await cases.decide(
      caseId,
      { type: 'request-notice', noticeId, by: 'anna', estimateCents: 148_250 },
      { by: 'anna' },
    ),
  );
  return noticeId;
}
