import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Instant } from '#calendar/instant.js';
import { ReferenceDataReader } from '#call-log/store/reference-data-reader.js';
import type { EventMetadata } from '#event-store/event.js';
import { EventStore } from '#event-store/event-store.js';
import { type Outcome, type Refusal, accepted, refused } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { causedId } from '#platform/identity/ids.js';
import type { ChangeOfSubscription } from '../domain/change-command.js';
import { whatChanged } from '../domain/deciding-parts.js';
import type { ArrivedSince, RetroactiveChange } from '../domain/retroactive-change.js';
import { type CalculatedChange, ChangeCalculation } from '../preview-change/change-calculation.js';
import { PreviewStore, type StoredPreview } from '../store/preview-store.js';
import { appendChange } from './append-change.js';

/** A case's approved measure that asks for the change. */
export interface MeasureBehind {
  readonly caseId: string;
  readonly measureId: string;
  /** Id of the event that approved it. */
  readonly causationId: string;
}

/** The preview that is now carried out. */
export interface ConfirmedChange extends RetroactiveChange {
  /** Id of the event that is the change; the ratings of the calls follow from it. */
  readonly changeId: string;
  /** The same preview had been confirmed before; nothing was changed now. */
  readonly repeated: boolean;
  /** Calls that came in after the preview, up to now; null when it had been confirmed before (its execution has reported them). */
  readonly arrivedSince: ArrivedSince | null;
}

/** Carries out exactly what a preview showed, once. */
export class ConfirmSubscriptionChange extends Command<Outcome<ConfirmedChange>> {
  constructor(
    readonly change: Partial<Omit<ChangeOfSubscription, 'account'>> & {
      readonly account: string;
      readonly hash: string;
      readonly by: string;
    },
    readonly measure?: MeasureBehind,
  ) {
    super();
  }
}

const MAXIMUM_ATTEMPTS = 5;

/** The id of the change that a preview leads to: whoever confirms it, and however often. */
export function changeIdOf(hash: string): string {
  return causedId('retroactive-change', hash);
}

@CommandHandler(ConfirmSubscriptionChange)
export class ConfirmSubscriptionChangeHandler implements ICommandHandler<ConfirmSubscriptionChange> {
  constructor(
    private readonly calculation: ChangeCalculation,
    private readonly previews: PreviewStore,
    private readonly reference: ReferenceDataReader,
    private readonly store: EventStore,
    private readonly clock: BusinessClock,
  ) {}

  /** @returns `unknown-preview`, `other-change`, `preview-outdated` (which says what changed), `busy` */
  async execute({ change, measure }: ConfirmSubscriptionChange): Promise<Outcome<ConfirmedChange>> {
    const preview = await this.previews.byHash(change.hash);
    if (preview === undefined) {
      return refused(
        'unknown-preview',
        `There is no preview ${change.hash}. Make the preview of the change first, then confirm its hash.`,
      );
    }
    const other = differenceOf(change, preview.command);
    if (other !== undefined) {
      return refused(
        'other-change',
        `Preview ${change.hash} is of another change: ${other}. Confirm what was previewed, or make a new preview.`,
      );
    }
    const at = await this.clock.now();
    for (let attempt = 1; attempt <= MAXIMUM_ATTEMPTS; attempt += 1) {
      const confirmed = await this.tryOnce(preview, change, measure, at);
      if (confirmed !== 'moved-on') return confirmed;
    }
    return refused(
      'busy',
      `Reference data changed again and again while ${change.hash} was confirmed. Try again.`,
    );
  }

  private async tryOnce(
    preview: StoredPreview,
    { hash, by }: { hash: string; by: string },
    measure: MeasureBehind | undefined,
    at: Instant,
  ): Promise<Outcome<ConfirmedChange> | 'moved-on'> {
    const eventId = changeIdOf(hash);
    if ((await this.store.eventById(eventId)) !== undefined) return repeated(preview, eventId);
    const { command, through, cursorSeq } = preview;
    const calculated = await this.calculation.of(command, at, { through, cursorSeq });
    if (!calculated.ok) return this.outdated(preview, eventId, [whyNot(command, calculated.refusal)]);
    if (calculated.value.result.hash !== hash) {
      return this.outdated(preview, eventId, whatChanged(preview.parts, calculated.value.parts));
    }
    const arrivedSince = await this.calculation.arrivedSince(calculated.value);
    if (!arrivedSince.ok) return arrivedSince;
    const appended = await appendChange(this.store, {
      change: command,
      why: { previewHash: hash, ...(measure === undefined ? {} : { cause: measure.measureId }) },
      decidedOn: await this.decidedOn(calculated.value),
      at,
      metadata: metadataOf(by, measure),
      eventId,
    });
    if (!appended.ok) return appended;
    if (appended.value.kind === 'moved-on') return 'moved-on';
    if (appended.value.kind === 'repeated') return repeated(preview, eventId);
    return accepted({
      ...preview.result,
      changeId: eventId,
      repeated: false,
      arrivedSince: arrivedSince.value,
    });
  }

  /** Somebody may have confirmed the same preview while this one was being worked out: that is no refusal. */
  private async outdated(
    preview: StoredPreview,
    eventId: string,
    changes: readonly string[],
  ): Promise<Outcome<ConfirmedChange>> {
    if ((await this.store.eventById(eventId)) !== undefined) return repeated(preview, eventId);
    return refused(
      'preview-outdated',
      `The preview no longer holds: ${changes.join('; ')}. Make a new preview and confirm that.`,
      { hash: preview.result.hash, changes },
    );
  }

  private async decidedOn({ facts: { referencePosition } }: CalculatedChange) {
    const { catalogue } = await this.reference.at(referencePosition);
    return { referencePosition, catalogue };
  }
}

function repeated(preview: StoredPreview, changeId: string): Outcome<ConfirmedChange> {
  return accepted({ ...preview.result, changeId, repeated: true, arrivedSince: null });
}

function metadataOf(by: string, measure: MeasureBehind | undefined): EventMetadata {
  if (measure === undefined) return { actor: by };
  return { actor: by, correlationId: measure.caseId, causationId: measure.causationId };
}

/** What is asked for beside the hash has to be what was previewed. */
function differenceOf(
  asked: Partial<ChangeOfSubscription>,
  previewed: ChangeOfSubscription,
): string | undefined {
  const fields = ['account', 'subscription', 'plan', 'seats', 'from'] as const;
  const field = fields.find((one) => asked[one] !== undefined && asked[one] !== previewed[one]);
  return field === undefined
    ? undefined
    : `${field} is ${previewed[field] ?? 'not given'} there, not ${asked[field]}`;
}

/** A preview is made only while no change is pending, so one that is pending now came after it. */
function whyNot({ account }: ChangeOfSubscription, { code, message }: Refusal): string {
  return code === 'ratings-pending'
    ? `the subscriptions of ${account} changed since`
    : message.replace(/\.$/, '');
}
