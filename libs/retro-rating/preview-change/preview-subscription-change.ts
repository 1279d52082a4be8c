import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Outcome, accepted } from '#outcome/outcome.js';
import { BusinessClock } from '#platform/clock/business-clock.js';
import { bucketOf } from '#platform/identity/ids.js';
import type { ChangeOfSubscription } from '../domain/change-command.js';
import type { RetroactiveChange } from '../domain/retroactive-change.js';
import { PreviewStore } from '../store/preview-store.js';
import { ChangeCalculation } from './change-calculation.js';

/** What a change of a subscription would do, to the cent; changes nothing. The preview is kept, so that it can be confirmed by its hash. */
export class PreviewSubscriptionChange extends Command<Outcome<RetroactiveChange>> {
  /** @param change `by`: id of a person or process */
  constructor(readonly change: ChangeOfSubscription & { readonly by: string }) {
    super();
  }
}

@CommandHandler(PreviewSubscriptionChange)
export class PreviewSubscriptionChangeHandler implements ICommandHandler<PreviewSubscriptionChange> {
  constructor(
    private readonly calculation: ChangeCalculation,
    private readonly previews: PreviewStore,
    private readonly clock: BusinessClock,
  ) {}

  /** @returns the refusals of `ChangeCalculation` */
  async execute({ change }: PreviewSubscriptionChange): Promise<Outcome<RetroactiveChange>> {
    const { by, ...command } = change;
    const at = await this.clock.now();
    const calculated = await this.calculation.of(command, at);
    if (!calculated.ok) return calculated;
    const { through, cursorSeq, parts, result, facts } = calculated.value;
    const { referencePosition } = facts;
    await this.previews.keep(
      { command, through, cursorSeq, referencePosition, parts, result },
      bucketOf(command.account),
      by,
      at,
    );
    return accepted(result);
  }
}
