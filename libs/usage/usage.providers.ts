import type { Provider } from '@nestjs/common';
import { LogProjection } from '#call-log/domain/log-entry.js';
import { DailyUsage } from './domain/daily-usage.js';
import { RebuildUsageHandler } from './rebuild-usage/rebuild-usage.js';
import { ShowUsageHandler } from './show-usage/show-usage.js';

export const usageProviders: Provider[] = [
  { provide: LogProjection, useFactory: () => new DailyUsage() },
  ShowUsageHandler,
  RebuildUsageHandler,
];
