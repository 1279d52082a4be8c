import { defineEvent } from '#event-store/event.js';
import { DraftsOfRun } from '../domain/bill-run.js';

/** The month is drafted for the first time. */
export const billRunStarted = defineEvent({ type: 'bill-run.started', version: 1, schema: DraftsOfRun });

/** The month is drafted again, with other amounts or other accounts parked. */
export const billRunRefreshed = defineEvent({ type: 'bill-run.refreshed', version: 1, schema: DraftsOfRun });

export const invoicingEvents = [billRunStarted, billRunRefreshed];
