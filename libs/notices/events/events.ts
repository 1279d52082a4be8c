import { type EventDefinition, defineEvent } from '#event-store/event.js';
import { noticeEventSchemas } from '../domain/notice-event.js';

/** Everything that notices write to the event store. */
export const noticesEvents: EventDefinition[] = Object.entries(noticeEventSchemas).map(([type, schema]) =>
  defineEvent({ type, version: 1, schema }),
);
