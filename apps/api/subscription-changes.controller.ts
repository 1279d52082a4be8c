import { Body, Controller, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { ConfirmSubscriptionChange } from '#retro-rating/confirm-change/confirm-subscription-change.js';
import { PreviewSubscriptionChange } from '#retro-rating/preview-change/preview-subscription-change.js';
import { RetroactiveChange } from './answers.js';
import { Operation } from './operation.js';
import { valueOf } from './problem.js';
import { ConfirmRequest, Key, PreviewRequest, day } from './schemas.js';

@ApiTags('Accounts')
@Controller('v1/accounts/:account/subscription-changes')
export class SubscriptionChangesController {
  constructor(private readonly commands: CommandBus) {}

  @Post('preview')
  @Operation({
    id: 'previewSubscriptionChange',
    summary:
      'What a change from a day on would do, to the cent, with the hash that confirms it. Nothing is booked.',
    answer: RetroactiveChange,
    problems: [404, 409],
  })
  async preview(
    @Param('account', { schema: Key }) account: string,
    @Body({ schema: PreviewRequest }) { from, ...change }: z.infer<typeof PreviewRequest>,
  ) {
    return valueOf(
      await this.commands.execute(new PreviewSubscriptionChange({ account, from: day(from), ...change })),
    );
  }

  @Post('confirm')
  @Operation({
    id: 'confirmSubscriptionChange',
    summary: 'Carries out exactly what a preview showed, once.',
    answer: RetroactiveChange,
    problems: [404, 409],
  })
  async confirm(
    @Param('account', { schema: Key }) account: string,
    @Body({ schema: ConfirmRequest }) { from, ...change }: z.infer<typeof ConfirmRequest>,
  ) {
    return valueOf(
      await this.commands.execute(new ConfirmSubscriptionChange({ account, from: day(from), ...change })),
    );
  }
}
