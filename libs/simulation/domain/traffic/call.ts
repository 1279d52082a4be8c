import type { Customer } from '../customers/customer.js';

export type Disposition = 'answered' | 'no-answer' | 'busy' | 'failed' | 'cancelled';

/** A call as it happened; how it is written is `CallText`. Times are milliseconds since 1970, whole seconds. */
export interface Call {
  readonly customer: Customer;
  readonly id: string;
  readonly user: string | null;
  readonly forwardedBy: string | null;
  readonly direction: 'outbound' | 'inbound' | 'internal';
  readonly from: string | null;
  readonly to: string;
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number;
  readonly disposition: Disposition;
  readonly ip: string | null;
}
