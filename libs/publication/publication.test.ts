import { z } from 'zod';
import { defineEvent } from '#event-store/event.js';
import { causedId } from '#platform/identity/ids.js';
import { cloudEventOf, inBinaryMode } from './cloud-event.js';
import { type Publication, announce, defineMessage, definePublication, tell } from './publication.js';
import { InMemorySink } from './testing/in-memory-sink.js';
import { asFeed } from './testing/registered-events.js';
import { TopicPublisher } from './topic-publisher.js';

const Opened = z.object({ account: z.string(), door: z.string(), secret: z.string() });
const doorOpened = defineEvent({ type: 'door.opened', version: 1, schema: Opened });
const doorPainted = defineEvent({ type: 'door.painted', version: 1, schema: z.object({}) });

const opened = defineMessage({
  type: 'fairline.door.opened.v1',
  title: 'Door opened',
  description: 'Somebody opened a door.',
  schema: z.object({ account: z.string(), door: z.string().min(1) }),
  example: { account: 'A1', door: 'front' },
});

function publicationOf(part: Partial<Parameters<typeof definePublication>[0]> = {}): Publication {
  return definePublication({
    topic: 'doors.v1',
    title: 'Doors',
    description: 'What becomes of doors.',
    source: '/fairline/doors',
    identity: 'event',
    messages: [opened],
    tells: [
      tell('door.opened', Opened, (data) =>
        data.door === 'hidden'
          ? null
          : announce(opened, { account: data.account, subject: data.door }, { ...data, door: data.door }),
      ),
    ],
    ...part,
  });
}

const feed = (...doors: string[]) =>
  asFeed(
    [doorOpened, doorPainted],
    doors.map((door) => ({ type: 'door.opened', version: 1, data: { account: 'A1', door, secret: 'x' } })),
  );

describe('a message out', () => {
  const [event] = feed('front');
  if (event === undefined) throw new Error('no event');

  it('is a CloudEvent in binary mode: attributes are headers, the value is the data alone', () => {
    const cloudEvent = cloudEventOf(publicationOf(), event);
    expect(cloudEvent).not.toBeNull();
    expect(cloudEvent === null ? null : inBinaryMode(cloudEvent)).toEqual({
      key: 'A1',
      headers: {
        ce_specversion: '1.0',
        ce_id: event.eventId,
        ce_source: '/fairline/doors',
        ce_type: 'fairline.door.opened.v1',
        ce_subject: 'front',
        ce_time: '2026-11-01T08:00:00Z',
        ce_sequence: '0000000000000000001',
        ce_partitionkey: 'A1',
        'content-type': 'application/json',
      },
      value: '{"account":"A1","door":"front"}',
    });
  });

  it('is the same each time it is made, so that a repeat is recognised', () => {
    expect(cloudEventOf(publicationOf(), event)).toEqual(cloudEventOf(publicationOf(), event));
  });

  it('of an event that is told on another topic too has an id derived from it', () => {
    const derived = cloudEventOf(publicationOf({ identity: 'derived' }), event);
    expect(derived?.id).toBe(causedId('message', event.eventId, 'doors.v1', 'fairline.door.opened.v1'));
    expect(derived?.id).not.toBe(event.eventId);
  });

  it('holds nothing that its public schema does not name, even when the mapping hands it over', () => {
    expect(cloudEventOf(publicationOf(), event)?.data).not.toHaveProperty('secret');
  });

  it('that does not fit its schema is not sent', () => {
    const [unnamed] = feed('');
    expect(() => unnamed && cloudEventOf(publicationOf(), unnamed)).toThrow(/door.opened .* fits its schema/);
  });

  it('is declared: one that the topic does not name is not sent', () => {
    expect(() => cloudEventOf(publicationOf({ messages: [] }), event)).toThrow(/not declared for doors.v1/);
  });
});

describe('a publication', () => {
  it('tells each event once and declares each message once', () => {
    const twice = tell('door.opened', Opened, () => null);
    expect(() => publicationOf({ tells: [twice, twice] })).toThrow(/told twice on doors.v1/);
    expect(() => publicationOf({ messages: [opened, opened] })).toThrow(/declared twice/);
  });

  it('has types with a version and examples that fit', () => {
    const wrong = { ...opened, type: 'door.opened' };
    expect(() => defineMessage(wrong)).toThrow(/not a type of message/);
    expect(() => defineMessage({ ...opened, example: { account: 'A1', door: '' } })).toThrow(/does not fit/);
  });
});

describe('the publisher of a topic', () => {
  it('sends a page in one go, in order, without what says nothing to others', async () => {
    const sink = new InMemorySink();
    await new TopicPublisher(publicationOf(), sink).deliver(feed('front', 'hidden', 'back'));
    expect(sink.received.map(({ headers }) => headers['ce_subject'])).toEqual(['front', 'back']);
  });

  it('sends nothing for a page that says nothing', async () => {
    const sink = new InMemorySink(() => 'nobody should ask');
    await new TopicPublisher(publicationOf(), sink).deliver(feed('hidden'));
    expect(sink.received).toEqual([]);
  });

  it('fails when something was not taken, so that the page comes again', async () => {
    const sink = new InMemorySink(({ headers }) =>
      headers['ce_subject'] === 'back' ? 'no room' : undefined,
    );
    await expect(new TopicPublisher(publicationOf(), sink).deliver(feed('front', 'back'))).rejects.toThrow(
      'no room',
    );
  });

  it('has a checkpoint of its own per topic, whose name never changes', () => {
    expect(new TopicPublisher(publicationOf(), new InMemorySink()).name).toBe('publisher-doors.v1');
  });
});
