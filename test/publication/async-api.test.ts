import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { allContexts } from '#apps/contexts.js';
import { publicationsOf } from '#apps/publishing.js';
import { asyncApi, topicNames } from '#apps/topics.js';
import { CallRecordOnTopic, callRecordTopic } from '#call-log/call-record-topic/call-record-topic.js';
import { parseCallObject } from '#call-log/domain/parse-call-record.js';
import { instant } from '#calendar/instant.js';
import { exampleOf } from '#publication/async-api/async-api.js';
import { cloudEventOf, inBinaryMode } from '#publication/cloud-event.js';
import { type StoredEvent, asFeed } from '#publication/testing/registered-events.js';
import { REPOSITORY } from '../workspace/repository-files.js';
import { AsyncApiDocument, MessageCheck, checkedInDocument } from './async-api-document.js';

const publications = publicationsOf(allContexts);
const document = checkedInDocument();
const check = new MessageCheck(document);

describe('docs/reference/asyncapi.json', () => {
  it('is what the schemas of the messages make; "fairline kafka async-api" writes it', () => {
    expect(document).toEqual(JSON.parse(JSON.stringify(asyncApi())));
  });

  it('describes the topics of the contracts and no other', () => {
    expect(Object.keys(document.channels)).toEqual([
      'cdr.v1',
      'fair-use.v1',
      'enforcement.v1',
      'notice.v1',
      'invoice.v1',
    ]);
    expect(topicNames).toEqual(Object.keys(document.channels));
  });

  it('refers only to what it holds', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
      ([, path]) => path ?? '',
    );
    const lost = references.filter((path) => {
      let here: unknown = document;
      for (const step of path.split('/'))
        here = typeof here === 'object' && here !== null ? Reflect.get(here, step) : undefined;
      return here === undefined;
    });
    expect(references.length).toBeGreaterThan(20);
    expect(lost).toEqual([]);
  });

  it('says of what nobody sends yet that it is reserved', () => {
    const reserved = Object.entries(document.channels)
      .filter(([, channel]) => channel['x-status'] === 'reserved')
      .map(([topic]) => topic);
    expect(reserved).toEqual(['invoice.v1']);
  });

  it('would not pass with a field in the wrong place', () => {
    expect(AsyncApiDocument.safeParse({ ...document, publish: {} }).success).toBe(false);
  });

  it('has examples that fit its own schemas', () => {
    for (const { topic, message } of publications.flatMap((publication) =>
      publication.messages.map((one) => ({ topic: publication.topic, message: exampleOf(publication, one) })),
    ))
      expect(check.problemsOf(topic, message)).toEqual([]);
    for (const { payload, examples } of Object.values(document.components.messages))
      for (const example of examples)
        expect(check.validate(JSON.stringify(payload.schema), payload.schema, example.payload)).toEqual([]);
  });
});

describe('docs/reference/topics.md', () => {
  it('has each message of the document with its example', () => {
    const page = readFileSync(join(REPOSITORY, 'docs', 'reference', 'topics.md'), 'utf8');
    const examples = new Map(
      [...page.matchAll(/^### (\S+)\n[\s\S]*?```json\n([\s\S]*?)```/gm)].map(([, type, text]) => [
        type,
        JSON.parse(text ?? ''),
      ]),
    );
    const wanted = Object.entries(document.components.messages).map(
      ([
        type,
        {
          examples: [first],
        },
      ]) => [type, first?.payload],
    );
    expect(Object.fromEntries(examples)).toEqual(Object.fromEntries(wanted));
  });
});

describe('messages of every event ever stored', () => {
  const stored = allContexts
    .filter(({ publications: told }) => told.length > 0)
    .flatMap(({ name }) => {
      const directory = join(REPOSITORY, 'libs', name, 'events', 'fixtures');
      return readdirSync(directory).map(
        (file) => JSON.parse(readFileSync(join(directory, file), 'utf8')) as StoredEvent,
      );
    });
  const kinds = ['limit', 'suspend'].flatMap((kind) =>
    stored
      .filter(({ type }) => /measure-(?:applied|undone)$/.test(type))
      .map((event) => ({ ...event, data: { ...(event.data as object), kind } })),
  );
  const events = asFeed(
    allContexts.flatMap((context) => context.events),
    [...stored, ...kinds],
  );

  it.each(publications.map((publication) => [publication.topic, publication] as const))(
    'of %s fit the document, and every declared message that is sent is among them',
    (topic, publication) => {
      const sent = events.flatMap((event) => {
        const cloudEvent = cloudEventOf(publication, event);
        return cloudEvent === null ? [] : [inBinaryMode(cloudEvent)];
      });
      expect(sent.flatMap((message) => check.problemsOf(topic, message))).toEqual([]);
      const types = new Set(sent.map(({ headers }) => headers['ce_type']));
      const declared =
        publication.eventTypes.length === 0 ? [] : publication.messages.map(({ type }) => type);
      expect([...types].sort()).toEqual(declared.sort());
    },
  );

  it('the check finds a missing field, a wrong header and a message of another topic', () => {
    const [publication] = publications;
    const [message] = publication?.messages ?? [];
    if (publication === undefined || message === undefined) throw new Error('nothing is published');
    const good = exampleOf(publication, message);
    expect(check.problemsOf('fair-use.v1', { ...good, value: '{"account":"A1"}' })).not.toEqual([]);
    expect(
      check.problemsOf('fair-use.v1', { ...good, headers: { ...good.headers, ce_specversion: '0.3' } }),
    ).not.toEqual([]);
    expect(check.problemsOf('notice.v1', good)).toEqual(['notice.v1 has no message fairline.case.opened.v1']);
  });

  it('have one owner: no event bears its own id on two topics', () => {
    const owned = publications
      .filter(({ identity }) => identity === 'event')
      .flatMap(({ eventTypes }) => eventTypes);
    expect(new Set(owned).size).toBe(owned.length);
  });
});

describe('the call record of cdr.v1', () => {
  it('that is the example is taken by what reads call records', () => {
    const [message] = callRecordTopic.messages;
    expect(CallRecordOnTopic.parse(message?.example)).toEqual(message?.example);
    expect(parseCallObject(message?.example, instant('2026-10-17T00:00:00Z'))).toMatchObject({ ok: true });
  });
});
