import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { RecordedEvent } from '#event-store/event.js';
import type { Subscription } from '#event-store/subscription.js';
import { NoticeReader } from '../store/notice-reader.js';
import { Postman } from './postman.js';

const OfNotice = z.object({ noticeId: z.uuid() });

/**
 * Sends what is written, and what a person wants sent again. The feed gives an event once more after a crash; a notice that is then in the
 * middle of a dialogue was cut off there, since the runner lets nobody else handle the event meanwhile.
 */
@Injectable()
export class NoticeSending implements Subscription {
  readonly name = 'notice-sending';
  readonly types = ['notice.prepared', 'notice.resend-requested'];
  /** The checkpoint moves after every letter. */
  readonly batchSize = 1;

  constructor(
    private readonly reader: NoticeReader,
    private readonly postman: Postman,
  ) {}

  async react(event: RecordedEvent): Promise<void> {
    const { noticeId } = OfNotice.parse(event.data);
    const notice = await this.reader.byId(noticeId);
    if (notice === undefined) throw new Error(`${event.type} of ${noticeId} has no notice`);
    if (notice.status === 'attempted') await this.postman.giveUp(noticeId, notice.attempts, this.name);
    if (notice.status === 'prepared') await this.postman.send(noticeId, this.name);
  }
}
