import type { Command } from 'commander';
import { billRunCommands } from './commands/bill-run.js';
import { callsCommand } from './commands/calls.js';
import { clockCommand } from './commands/clock.js';
import { fairUseCommands } from './commands/fair-use.js';
import { kafkaCommands } from './commands/kafka.js';
import { invoiceCommands } from './commands/invoice.js';
import { loadCommands } from './commands/load.js';
import { migrateCommand } from './commands/migrate.js';
import { quarantineCommands } from './commands/quarantine.js';
import { rateCommand } from './commands/rate.js';
import { rebuildCommands } from './commands/rebuild.js';
import { reconcileCommand } from './commands/reconcile.js';
import { simulateCommand } from './commands/simulate.js';
import { startCommand } from './commands/start.js';
import { subscriptionCommands } from './commands/subscription.js';
import { usageCommand } from './commands/usage.js';
import { verifyCommand } from './commands/verify.js';
import { demoCommand } from './demo/demo-command.js';
import type { Face } from './face.js';

/** Adds its commands to the command line; what they need is imported when they run. */
export type CommandGroup = (program: Command, face: () => Face) => void;

/** In the order in which help lists them. */
export const commandGroups: readonly CommandGroup[] = [
  startCommand,
  migrateCommand,
  loadCommands,
  rateCommand,
  usageCommand,
  callsCommand,
  fairUseCommands,
  subscriptionCommands,
  billRunCommands,
  invoiceCommands,
  kafkaCommands,
  quarantineCommands,
  reconcileCommand,
  verifyCommand,
  rebuildCommands,
  simulateCommand,
  clockCommand,
  demoCommand,
];
