import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { RecordedEvent } from '#event-store/event.js';
import type { Subscription } from '#event-store/subscription.js';
import { CaseBook } from '../store/case-book.js';

/** Of a retroactive change; one that no case asked for names none. */
const Executed = z.object({ caseId: z.uuid().nullish(), measureId: z.uuid().nullish() });

/** Records in the case that the retroactive change it asked for has been executed. */
@Injectable()
export class CaseMeasure implements Subscription {
  readonly name = 'case-measure';
  readonly types = ['retro-rating.executed'];

  constructor(private readonly book: CaseBook) {}

  /** @throws Error when the case has no such approved measure: nobody may charge what was not approved */
  async react(event: RecordedEvent): Promise<void> {
    const { caseId, measureId } = Executed.parse(event.data);
    if (caseId == null) return;
    const recorded = await this.book.decide(
      caseId,
      {
        type: 'record-measure-applied',
        ...(measureId == null ? {} : { measureId }),
        at: event.occurredAt,
      },
      { by: this.name, causationId: event.eventId, cause: [this.name, event.eventId] },
    );
    if (!recorded.ok) {
      throw new Error(`${event.type} (${event.eventId}) can't be recorded: ${recorded.refusal.message}`);
    }
  }
}
