import type { Provider } from '@nestjs/common';
import { PendingRatings } from '../pending-ratings.js';

/** Ratings that are pending because a test says so. */
export class RatingsUnderTest extends PendingRatings {
  pending: string[] = [];

  accountsPending(): Promise<string[]> {
    return Promise.resolve(this.pending);
  }
}

export const ratingsUnderTest: Provider[] = [
  RatingsUnderTest,
  { provide: PendingRatings, useExisting: RatingsUnderTest },
];
