import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { RecordedEvent } from '#event-store/event.js';
import type { Subscription } from '#event-store/subscription.js';
import { RecordMeasureNotExecuted } from '#fair-use/case/apply-measure/record-measure-applied.js';
import { caseEventSchemas } from '#fair-use/case/domain/case-event.js';
import { type Outcome, refused } from '#outcome/outcome.js';
import { ConfirmSubscriptionChange } from '../confirm-change/confirm-subscription-change.js';

const Approved = caseEventSchemas['case.measure-approved'];

/**
 * Carries out the end of unlimited calling that a person approved in a case: the preview that the approver was shown is confirmed in the
 * approver's name. What can't be carried out as it was shown is given back to the case with the reason, never done in another way.
 */
@Injectable()
export class ExecuteMeasure implements Subscription {
  readonly name = 'retro-rating-measure';
  readonly types = ['case.measure-approved'];

  constructor(private readonly commands: CommandBus) {}

  async react(event: RecordedEvent): Promise<void> {
    const approved = Approved.parse(event.data);
    if (approved.kind !== 'end-unlimited') return;
    const { case: caseId, measureId, account, from, previewHash, approvedBy } = approved;
    const confirmed: Outcome<unknown> =
      previewHash === null
        ? refused(
            'no-preview',
            'It was approved without a preview, so it is not known what comes instead of unlimited calling. Propose it again with a preview.',
          )
        : await this.commands.execute(
            new ConfirmSubscriptionChange(
              { account, hash: previewHash, by: approvedBy, ...(from === null ? {} : { from }) },
              { caseId, measureId, causationId: event.eventId },
            ),
          );
    if (confirmed.ok) return;
    const recorded = await this.commands.execute(
      new RecordMeasureNotExecuted(caseId, this.name, measureId, confirmed.refusal.message),
    );
    if (!recorded.ok) {
      throw new Error(
        `Measure ${measureId} can't be given back to case ${caseId}: ${recorded.refusal.message}`,
      );
    }
  }
}
