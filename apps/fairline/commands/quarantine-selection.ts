import type { Command } from 'commander';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { type LocalDate, addDays } from '#calendar/local-date.js';
import type { QuarantineFilter } from '#call-log/quarantine/store/quarantine-filter.js';
import { asChoice, asDay, asKey } from '../arguments.js';

const CODES = [
  'unreadable',
  'invalid',
  'implausible',
  'unknown-account',
  'no-subscription',
  'no-rate',
  'conflict',
] as const satisfies readonly NonNullable<QuarantineFilter['code']>[];

/** What narrows a selection of quarantined records. */
export interface FilterOptions {
  readonly code?: (typeof CODES)[number];
  readonly source?: string;
  readonly account?: string;
  readonly origin?: string;
  readonly callId?: string;
  readonly from?: LocalDate;
  readonly to?: LocalDate;
}

export function filterOptions(command: Command): Command {
  return command
    .option('--code <code>', `only with this reason: ${CODES.join(', ')}`, asChoice('--code', CODES))
    .option('--source <switch>', 'only from this switch')
    .option('--account <account>', 'only of this account', asKey('--account'))
    .option('--origin <origin>', 'only from there: file:NAME, http, kafka:TOPIC/PARTITION')
    .option('--call-id <text>', "only with this in the switch's id of the call")
    .option('--from <day>', 'only received on this day or later', asDay('--from'))
    .option('--to <day>', 'only received on this day or earlier', asDay('--to'));
}

export function filterOf({ from, to, ...filter }: FilterOptions): QuarantineFilter {
  const { code, source, account, origin, callId } = filter;
  return {
    ...(code === undefined ? {} : { code }),
    ...(source === undefined ? {} : { source }),
    ...(account === undefined ? {} : { account }),
    ...(origin === undefined ? {} : { origin }),
    ...(callId === undefined ? {} : { callId }),
    ...(from === undefined ? {} : { receivedFrom: AMSTERDAM.startOfDay(from) }),
    ...(to === undefined ? {} : { receivedBefore: AMSTERDAM.startOfDay(addDays(to, 1)) }),
  };
}
