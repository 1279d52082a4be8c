import type { Instant } from '#calendar/instant.js';
import type { Acknowledgement, NoticeEventData } from './notice-event.js';

/** How a dialogue with a mail server ended. */
export type DialogueResult =
  | { readonly kind: 'accepted'; readonly responseCode: number | null; readonly by: 'smtp' | 'mailbox' }
  /** Certainly not taken; another try can succeed. */
  | { readonly kind: 'not-now'; readonly cause: string; readonly responseCode: number | null }
  /** Certainly not taken, and another try would end the same. */
  | { readonly kind: 'refused'; readonly cause: string; readonly responseCode: number | null }
  /** It may have been taken. */
  | { readonly kind: 'unknown'; readonly cause: string };

/** Everything that can be asked of a notice. `at` is the business clock; `by` the id of a person or process. */
export type NoticeCommand =
  | { readonly type: 'prepare'; readonly letter: NoticeEventData<'notice.prepared'> }
  | {
      readonly type: 'attempt';
      readonly at: Instant;
    }
  | {
      readonly type: 'record-result';
      readonly attempt: number;
      readonly messageId: string;
      readonly result: DialogueResult;
      readonly at: Instant;
      /** 0 to below 1, from whoever has chance: spreads the pauses. */
      readonly jitter: number;
    }
  /** The dialogue began and nobody is left who could know its end. */
  | { readonly type: 'give-up-attempt'; readonly attempt: number }
  | { readonly type: 'resend'; readonly by: string; readonly reason: string }
  | { readonly type: 'record-delivery'; readonly evidence: Acknowledgement; readonly by: string }
  | {
      readonly type: 'record-bounce';
      readonly by: string;
      readonly reason: string | null;
      readonly statusCode: string | null;
    };

export type CommandOf<Type extends NoticeCommand['type']> = Extract<NoticeCommand, { readonly type: Type }>;
