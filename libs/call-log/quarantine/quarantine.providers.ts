import type { Provider } from '@nestjs/common';
import { DiscardQuarantinedHandler } from './discard/discard-quarantined.js';
import { ExportQuarantine } from './export-records/export-quarantine.js';
import { ListQuarantineHandler } from './list-quarantine/list-quarantine.js';
import { RedriveCorrectedHandler, RedriveQuarantinedHandler } from './redrive/redrive-quarantined.js';
import { Redriver } from './redrive/redrive-page.js';
import { RedriveTrial } from './redrive/redrive-trial.js';
import { SettleRejected } from './settle/settle-rejected.js';
import { ShowQuarantinedHandler } from './show-record/show-quarantined.js';
import { QuarantineAccess } from './store/access-log.js';
import { QuarantineBook } from './store/quarantine-book.js';
import { SummariseQuarantineHandler } from './summarise/summarise-quarantine.js';

export const quarantineProviders: Provider[] = [
  QuarantineAccess,
  QuarantineBook,
  RedriveTrial,
  Redriver,
  ExportQuarantine,
  SettleRejected,
  ListQuarantineHandler,
  ShowQuarantinedHandler,
  SummariseQuarantineHandler,
  RedriveQuarantinedHandler,
  RedriveCorrectedHandler,
  DiscardQuarantinedHandler,
];
