const ACCOUNTS = 200;
const USERS = 5;
const FIRST_START = Date.UTC(2026, 9, 1, 6);

interface Call {
  readonly id: string;
  readonly fields: Record<string, unknown>;
  answeredSent: boolean;
  endedSent: boolean;
}

/** Call records as switches send them: ended and answered ones, repeats, conflicts, strangers and rubbish, by a seed. Knows what must be stored. */
export class RecordTraffic {
  sent = 0;
  private readonly calls: Call[] = [];

  constructor(
    private readonly source: string,
    private readonly chance: () => number,
  ) {}

  /** The next record; null is a tombstone. */
  next(): Buffer | null {
    this.sent += 1;
    const kind = this.chance();
    const earlier = this.calls[Math.floor(this.chance() * this.calls.length)];
    if (kind < 0.03) return null;
    if (kind < 0.06) return Buffer.from(`{"rubbish": ${this.sent}`);
    if (kind < 0.09)
      return this.bytes({ ...this.newCall(false).fields, user: undefined, from: '+31999999999' });
    if (kind < 0.11) return this.bytes({ ...this.newCall(false).fields, durationSeconds: -this.sent });
    if (earlier !== undefined && kind < 0.25) return this.repeat(earlier);
    if (earlier !== undefined && kind < 0.29) {
      earlier.endedSent = true;
      return this.bytes({ ...earlier.fields, durationSeconds: undefined, trunk: `other-${this.sent}` });
    }
    const call = this.newCall(true);
    if (kind < 0.5) {
      call.answeredSent = true;
      return this.answered(call);
    }
    call.endedSent = true;
    return this.bytes(call.fields);
  }

  /** Ids of the calls that ended, in order: each is in the log once. */
  expectedIds(): string[] {
    return this.calls
      .filter((call) => call.endedSent)
      .map((call) => call.id)
      .toSorted();
  }

  /** Ids of the calls that were answered and have not ended. */
  expectedOpen(): string[] {
    return this.calls
      .filter((call) => call.answeredSent && !call.endedSent)
      .map((call) => call.id)
      .toSorted();
  }

  private repeat(call: Call): Buffer {
    if (this.chance() < 0.4) {
      call.answeredSent = true;
      return this.answered(call);
    }
    call.endedSent = true;
    return this.bytes(call.fields);
  }

  private answered({ fields }: Call): Buffer {
    return this.bytes({
      ...fields,
      type: 'call.answered',
      endedAt: undefined,
      durationSeconds: undefined,
      trunk: undefined,
    });
  }

  private newCall(kept: boolean): Call {
    const number = this.calls.length + (kept ? 0 : 1_000_000 + this.sent);
    const id = `c-${String(number).padStart(8, '0')}`;
    const account = Math.floor(this.chance() * ACCOUNTS);
    const user = Math.floor(this.chance() * USERS);
    const start = FIRST_START + Math.floor(this.chance() * 30 * 86_400_000);
    const talkSeconds = 1 + Math.floor(this.chance() * 600);
    const fields = {
      source: this.source,
      id,
      user: `B${String(account).padStart(4, '0')}-${user}`,
      direction: 'outbound',
      from: `+3188${String(account * 100 + user).padStart(7, '0')}`,
      to: `+3120${String(Math.floor(this.chance() * 1e7)).padStart(7, '0')}`,
      startedAt: new Date(start).toISOString(),
      answeredAt: new Date(start + 5_000).toISOString(),
      endedAt: new Date(start + 5_000 + talkSeconds * 1000).toISOString(),
      durationSeconds: talkSeconds,
      trunk: 'trunk-1',
    };
    const call = { id, fields, answeredSent: false, endedSent: false };
    if (kept) this.calls.push(call);
    return call;
  }

  private bytes(fields: Record<string, unknown>): Buffer {
    return Buffer.from(JSON.stringify(fields));
  }
}
