import { period } from '#calendar/local-date.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { type BillRunState, type DraftsOfRun, billRunDecider } from './bill-run.js';

const drafts = (change: Partial<DraftsOfRun> = {}): DraftsOfRun => ({
  period: period('2026-10'),
  build: '0d0c1f2a-7a3e-4c57-9a5e-1f2b3c4d5e6f',
  complete: true,
  referencePosition: 1,
  logCursor: Array.from({ length: 256 }, () => 0),
  checksum: 'a'.repeat(64),
  ready: { documents: 1, net: 100, vat: 21, total: 121 },
  parked: { accounts: 0, documents: 0, net: 0, vat: 0, total: 0 },
  ...change,
});
const decide = (state: BillRunState, taken: DraftsOfRun) =>
  acceptedOrThrow(billRunDecider.decide({ type: 'take-drafts', drafts: taken }, state));
const after = (...taken: readonly DraftsOfRun[]) =>
  taken.reduce<BillRunState>(
    (state, one) => decide(state, one).reduce(billRunDecider.evolve, state),
    billRunDecider.initialState,
  );

describe('a bill run', () => {
  it('starts with its first drafts', () => {
    expect(decide(null, drafts())).toEqual([{ type: 'bill-run.started', data: drafts() }]);
  });

  it('is refreshed by drafts that differ, in a revision of its own', () => {
    const changed = drafts({ checksum: 'b'.repeat(64) });
    expect(decide(after(drafts()), changed)).toEqual([{ type: 'bill-run.refreshed', data: changed }]);
    expect(after(drafts(), changed)?.revision).toBe(2);
  });

  it('keeps its drafts when the same amounts rest on a later cursor', () => {
    expect(decide(after(drafts()), drafts({ referencePosition: 9 }))).toEqual([]);
  });

  it('is refreshed when the month that was running is over, though nothing came in', () => {
    expect(decide(after(drafts({ complete: false })), drafts())).toHaveLength(1);
  });
});
