import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { subscriptionChanged } from '#accounts/events/events.js';
import type { RecordedEvent } from '#event-store/event.js';
import { EventStore } from '#event-store/event-store.js';
import type { Subscription } from '#event-store/subscription.js';
import {
  RecordMeasureApplied,
  RecordMeasureNotExecuted,
} from '#fair-use/case/apply-measure/record-measure-applied.js';
import { type CaseEventData, caseEventSchemas } from '#fair-use/case/domain/case-event.js';
import { type Outcome, refused } from '#outcome/outcome.js';
import {
  ConfirmSubscriptionChange,
  type ConfirmedChange,
} from '../confirm-change/confirm-subscription-change.js';

const Approved = caseEventSchemas['case.measure-approved'];
type Approved = CaseEventData<'case.measure-approved'>;

/**
 * Carries out the end of unlimited calling that a person approved in a case: the preview that the approver was shown is confirmed in the
 * approver's name. What can't be carried out as it was shown is given back to the case with the reason, never done in another way.
 */
@Injectable()
export class ExecuteMeasure implements Subscription {
  readonly name = 'retro-rating-measure';
  readonly types = ['case.measure-approved'];

  constructor(
    private readonly commands: CommandBus,
    private readonly store: EventStore,
  ) {}

  async react(event: RecordedEvent): Promise<void> {
    const approved = Approved.parse(event.data);
    if (approved.kind !== 'end-unlimited') return;
    const confirmed = await this.confirm(approved, event.eventId);
    if (confirmed.ok) await this.recordIfDoneBefore(approved, confirmed.value);
    else await this.giveBack(approved, confirmed.refusal.message);
  }

  private async confirm(approved: Approved, causationId: string): Promise<Outcome<ConfirmedChange>> {
    const { case: caseId, measureId, account, from, previewHash, approvedBy } = approved;
    if (previewHash === null) {
      return refused(
        'no-preview',
        'It was approved without a preview, so it is not known what comes instead of unlimited calling. Propose it again with a preview.',
      );
    }
    return this.commands.execute(
      new ConfirmSubscriptionChange(
        { account, hash: previewHash, by: approvedBy, ...(from === null ? {} : { from }) },
        { caseId, measureId, causationId },
      ),
    );
  }

  private async giveBack({ case: caseId, measureId }: Approved, reason: string): Promise<void> {
    const recorded = await this.commands.execute(
      new RecordMeasureNotExecuted(caseId, this.name, measureId, reason),
    );
    if (!recorded.ok) {
      throw new Error(
        `Measure ${measureId} can't be given back to case ${caseId}: ${recorded.refusal.message}`,
      );
    }
  }

  /** Somebody confirmed the same preview by hand, so the execution speaks of no case; the change is in force all the same. */
  private async recordIfDoneBefore(
    { case: caseId, measureId }: Approved,
    { repeated, changeId }: ConfirmedChange,
  ): Promise<void> {
    if (!repeated) return;
    const change = await this.store.eventById(changeId);
    if (change !== undefined && subscriptionChanged.schema.parse(change.data).cause === measureId) return;
    const recorded = await this.commands.execute(new RecordMeasureApplied(caseId, this.name, measureId));
    if (!recorded.ok) {
      throw new Error(
        `Measure ${measureId} can't be recorded in case ${caseId}: ${recorded.refusal.message}`,
      );
    }
  }
}
