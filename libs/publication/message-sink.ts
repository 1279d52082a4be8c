/** One message of a topic, as it goes over the wire. */
export interface OutgoingMessage {
  /** Messages of one key are received in the order in which they were sent. */
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
}

/** Not everything was acknowledged in the bounded time; a part may have been written, so sending again gives repeats. */
export class NotAcknowledged extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NotAcknowledged';
  }
}

/** Where the messages of one topic go. Another broker, or another client, is another class that passes the contract test. */
export interface MessageSink {
  /**
   * Resolves when each message has been acknowledged by the broker as durable, as often as its configuration asks. In order per key, also
   * against earlier sends. One send at a time.
   * @throws NotAcknowledged in bounded time, and soon after `signal` is aborted
   */
  send(messages: readonly OutgoingMessage[], signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
