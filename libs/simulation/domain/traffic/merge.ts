import type { CustomerCalls, Entry } from './customer-calls.js';

/**
 * The records of all accounts in one order of time: a binary heap of the accounts by their first record. It holds one entry for
 * each account and nothing of the past; ties go to the account that comes first in the customer base.
 */
export class Merge {
  private readonly sources: CustomerCalls[] = [];
  private readonly places: number[] = [];
  private readonly firsts: Entry[] = [];
  private waitingNow = 0;
  private waitingAtMost = 0;

  constructor(sources: Iterable<CustomerCalls>) {
    let place = 0;
    for (const source of sources) {
      const first = source.peek();
      if (first !== undefined) {
        this.sources.push(source);
        this.places.push(place);
        this.firsts.push(first);
        this.waitingNow += source.waiting;
      }
      place += 1;
    }
    this.waitingAtMost = this.waitingNow;
    for (let at = (this.sources.length >> 1) - 1; at >= 0; at -= 1) this.sink(at);
  }

  /** How many accounts still have records. */
  get size(): number {
    return this.sources.length;
  }

  /** The most records that have waited at one time, over all accounts: what the memory is made of. */
  get peakWaiting(): number {
    return this.waitingAtMost;
  }

  next(): Entry | undefined {
    const [entry] = this.firsts;
    const [source] = this.sources;
    if (entry === undefined || source === undefined) return undefined;
    const before = source.waiting;
    source.take();
    const first = source.peek();
    this.waitingNow += source.waiting - before;
    if (this.waitingNow > this.waitingAtMost) this.waitingAtMost = this.waitingNow;
    if (first === undefined) this.removeRoot();
    else this.firsts[0] = first;
    this.sink(0);
    return entry;
  }

  private removeRoot(): void {
    const [source, place, first] = [this.sources.pop(), this.places.pop(), this.firsts.pop()];
    if (source === undefined || place === undefined || first === undefined || this.sources.length === 0)
      return;
    this.sources[0] = source;
    this.places[0] = place;
    this.firsts[0] = first;
  }

  private sink(start: number): void {
    let at = start;
    for (;;) {
      const left = at * 2 + 1;
      let least = at;
      if (this.isBefore(left, least)) least = left;
      if (this.isBefore(left + 1, least)) least = left + 1;
      if (least === at) return;
      swap(this.sources, at, least);
      swap(this.places, at, least);
      swap(this.firsts, at, least);
      at = least;
    }
  }

  private isBefore(a: number, b: number): boolean {
    const first = this.firsts[a];
    const second = this.firsts[b];
    if (first === undefined || second === undefined) return false;
    return first.at < second.at || (first.at === second.at && (this.places[a] ?? 0) < (this.places[b] ?? 0));
  }
}

function swap<T>(list: T[], a: number, b: number): void {
  const kept = list[a];
  const other = list[b];
  if (kept === undefined || other === undefined) return;
  list[a] = other;
  list[b] = kept;
}
