import { callRecordTopic } from '#call-log/call-record-topic/call-record-topic.js';
import { asyncApiOf } from '#publication/async-api/async-api.js';
import { allContexts } from './contexts.js';
import { publicationsOf } from './publishing.js';

/** All topics: what is read, and what is written or reserved. */
export const topicNames: readonly string[] = [
  callRecordTopic.topic,
  ...publicationsOf(allContexts).map(({ topic }) => topic),
];

/** The AsyncAPI document of all topics, docs/reference/asyncapi.json. */
export function asyncApi() {
  return asyncApiOf(publicationsOf(allContexts), [callRecordTopic]);
}
