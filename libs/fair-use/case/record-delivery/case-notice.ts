import { Injectable, Logger } from '@nestjs/common';
import { z } from 'zod';
import type { RecordedEvent } from '#event-store/event.js';
import type { Subscription } from '#event-store/subscription.js';
import type { CaseCommand } from '../domain/case-command.js';
import { DELIVERY_EVIDENCE } from '../domain/case-event.js';
import { CaseBook } from '../store/case-book.js';

/** What a case needs to know of the life of its notice; notices are a floor above and speak through the feed. */
const OfNotice = z.object({ noticeId: z.uuid(), case: z.uuid() });
const Acknowledged = OfNotice.extend({ evidence: z.enum(DELIVERY_EVIDENCE) });
const Failed = OfNotice.extend({ cause: z.string() });

/** The case went on without this notice; that is on record with the notice and changes nothing here. */
const LATE = new Set(['wrong-state', 'other-notice']);

/** Records in the case what became of its notice. Times are those of the notice, so a replay gives the same deadline. */
@Injectable()
export class CaseNotice implements Subscription {
  readonly name = 'case-notice';
  readonly types = ['notice.accepted', 'notice.acknowledged', 'notice.failed', 'notice.bounced'];
  private readonly log = new Logger('CaseNotice');

  constructor(private readonly book: CaseBook) {}

  async react(event: RecordedEvent): Promise<void> {
    const { case: caseId } = OfNotice.parse(event.data);
    const recorded = await this.book.decide(caseId, commandFor(event), {
      by: this.name,
      causationId: event.eventId,
      cause: [this.name, event.eventId],
    });
    if (recorded.ok) return;
    if (!LATE.has(recorded.refusal.code)) {
      throw new Error(`${event.type} can't be recorded: ${recorded.refusal.message}`);
    }
    this.log.warn(`${event.type} comes too late: ${recorded.refusal.message}`);
  }
}

function commandFor(event: RecordedEvent): CaseCommand {
  const at = event.occurredAt;
  switch (event.type) {
    case 'notice.accepted': {
      const { noticeId } = OfNotice.parse(event.data);
      return { type: 'record-notice-delivered', noticeId, evidence: 'accepted-by-server', at };
    }
    case 'notice.acknowledged': {
      const { noticeId, evidence } = Acknowledged.parse(event.data);
      return { type: 'record-notice-delivered', noticeId, evidence, at };
    }
    case 'notice.failed': {
      const { noticeId, cause } = Failed.parse(event.data);
      return { type: 'record-notice-failed', noticeId, cause };
    }
    case 'notice.bounced':
      return {
        type: 'record-notice-failed',
        noticeId: OfNotice.parse(event.data).noticeId,
        cause: 'bounced',
      };
    default:
      throw new Error(`${event.type} says nothing of a notice`);
  }
}
