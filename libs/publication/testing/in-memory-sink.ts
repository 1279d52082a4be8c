import { type MessageSink, NotAcknowledged, type OutgoingMessage } from '../message-sink.js';

/** A topic in memory, for tests of what is published. */
export class InMemorySink implements MessageSink {
  readonly received: OutgoingMessage[] = [];
  private closed = false;

  /** @param broken asked before each message; what it returns is the reason why this one is not taken */
  constructor(private readonly broken: (message: OutgoingMessage) => string | undefined = () => undefined) {}

  send(messages: readonly OutgoingMessage[], signal?: AbortSignal): Promise<void> {
    for (const message of messages) {
      const reason = this.closed ? 'closed' : signal?.aborted ? 'aborted' : this.broken(message);
      if (reason !== undefined) return Promise.reject(new NotAcknowledged(reason));
      this.received.push(message);
    }
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}
