import type { Instant } from '#calendar/instant.js';
import type { Settings } from '#platform/config/settings.js';
import type { Simulation } from '#simulation/simulate.js';
import type { RunningFairline } from '../start-fairline.js';
import type { MailCatcher } from './mail-catcher.js';
import type { Story } from './story.js';

/** What the steps share. */
export interface Demo {
  readonly story: Story;
  readonly running: RunningFairline;
  readonly simulation: Simulation;
  readonly catcher: MailCatcher;
  readonly settings: Settings;
  /** Steps the business clock; nothing else tells it the time. */
  stepTo(at: Instant): Promise<void>;
}

/** Who acts in the story: whoever approves a measure is another person than who proposed it. */
export const ACCOUNT_MANAGER = 'anna';
export const SECOND_PERSON = 'bram';
export const FINANCE = 'fatima';
