import { Injectable, Logger } from '@nestjs/common';
import type { RecordedEvent } from '#event-store/event.js';
import type { Subscription } from '#event-store/subscription.js';
import type { Outcome } from '#outcome/outcome.js';
import { causedId } from '#platform/identity/ids.js';
import { dayJudged } from '../../events/events.js';
import { type WhatToDo, whatToDoWith } from '../domain/opening.js';
import { CaseBook, type CaseDecision } from '../store/case-book.js';
import { CaseReader } from '../store/case-reader.js';

type JudgedDay = ReturnType<typeof dayJudged.schema.parse>;
type FindingOfDay = JudgedDay['findings'][number];

/** Somebody else may open, close or dismiss the account's case between the look and the decision. */
const MAXIMUM_LOOKS = 3;

/**
 * Turns the findings of a judged day into cases: opens one, adds evidence to the account's, or leaves what is excepted or dealt with. Case
 * and event ids follow from the findings, so the same day a second time changes nothing.
 */
@Injectable()
export class CaseOpening implements Subscription {
  readonly name = 'case-opening';
  readonly types = [dayJudged.type];
  private readonly log = new Logger('CaseOpening');

  constructor(
    private readonly book: CaseBook,
    private readonly reader: CaseReader,
  ) {}

  async react(event: RecordedEvent): Promise<void> {
    const judged = dayJudged.schema.parse(event.data);
    for (const finding of judged.findings) await this.place(finding, judged, event);
  }

  private async place(finding: FindingOfDay, judged: JudgedDay, event: RecordedEvent): Promise<void> {
    if ((await this.reader.caseOfFinding(finding.findingId)) !== undefined) return;
    for (let look = 1; ; look += 1) {
      const whatToDo = whatToDoWith(
        finding,
        await this.reader.ofAccount(finding.account),
        await this.reader.standingExceptions(finding.account),
      );
      const outcome = await this.carryOut(whatToDo, finding, judged, event);
      if (outcome === undefined || outcome.ok) return;
      if (look === MAXIMUM_LOOKS) {
        throw new Error(
          `Finding ${finding.findingId} found no case in ${look} attempts: ${outcome.refusal.message}`,
        );
      }
    }
  }

  private async carryOut(
    whatToDo: WhatToDo,
    finding: FindingOfDay,
    judged: JudgedDay,
    event: RecordedEvent,
  ): Promise<Outcome<CaseDecision> | undefined> {
    const { findingId, rule, firstDay, lastDay, windowFrom, account, plan } = finding;
    const reference = { findingId, rule, firstDay, lastDay, windowFrom };
    const asked = (step: string) => ({
      by: this.name,
      causationId: event.eventId,
      cause: [this.name, step, findingId],
    });
    if (whatToDo.kind === 'hold-back') {
      this.log.log(`Finding ${findingId} of ${account} opens no case (${whatToDo.because})`);
      return undefined;
    }
    if (whatToDo.kind === 'add') {
      return this.book.decide(whatToDo.caseId, { type: 'add-finding', finding: reference }, asked('add'));
    }
    if (whatToDo.kind === 'close-and-open') {
      const reason = `Another breach follows: ${rule}, finding ${findingId}`;
      const closed = await this.book.decide(
        whatToDo.caseId,
        { type: 'close', by: this.name, reason },
        asked('close'),
      );
      if (!closed.ok) return closed;
    }
    const caseId = causedId('case', findingId);
    const { policy, policyVersion, deadlineDays, afterDays } = judged;
    return this.book.decide(
      caseId,
      {
        type: 'open-case',
        caseId,
        account,
        plan,
        policy,
        policyVersion,
        deadlineDays,
        afterDays,
        findings: [reference],
        at: event.occurredAt,
      },
      asked('open'),
    );
  }
}
