import { readFileSync, readdirSync } from 'node:fs';
import { cloudEventOf } from '#publication/cloud-event.js';
import type { Publication } from '#publication/publication.js';
import { type StoredEvent, asFeed } from '#publication/testing/registered-events.js';
import { caseEventSchemas } from '../case/domain/case-event.js';
import { fairUseEvents } from '../events/events.js';
import { enforcementPublication } from './enforcement-publication.js';
import { fairUsePublication } from './fair-use-publication.js';

const FIXTURES = new URL('../events/fixtures/', import.meta.url);
const stored: StoredEvent[] = readdirSync(FIXTURES)
  .filter((file) => file.startsWith('case.'))
  .map((file) => JSON.parse(readFileSync(new URL(file, FIXTURES), 'utf8')) as StoredEvent);

const toldOf = (publication: Publication, events: readonly StoredEvent[]) =>
  asFeed(fairUseEvents, events).flatMap((event) => cloudEventOf(publication, event) ?? []);

const fixture = (type: string, change: object = {}): StoredEvent => {
  const found = stored.find((one) => one.type === type);
  if (found === undefined) throw new Error(`no fixture of ${type}`);
  return { ...found, data: { ...(found.data as object), ...change } };
};

const ids = { account: 'A10017', case: '6f1e6a0e-5f43-5c1b-9d4e-0b6f5d1c7a01' };
const measure = { ...ids, measure: '9b0f2d33-7a61-5e0c-a1c2-44d5e6f70812' };
const enforced = { ...measure, reason: 'fair-use', emergencyNumbersExempt: true };

describe('fair-use.v1', () => {
  it('tells what a case lived through, one message per event', () => {
    const told = toldOf(fairUsePublication, stored);
    expect(Object.fromEntries(told.map(({ type, data }) => [type, data]))).toEqual({
      'fairline.case.opened.v1': {
        ...ids,
        plan: 'unlimited',
        policy: 'standard',
        openedOn: '2026-10-16',
      },
      'fairline.case.finding-added.v1': {
        ...ids,
        finding: '0c9d8e7f-6a5b-5c4d-8e3f-2a1b0c9d8e7f',
        rule: 'excess-over-average',
        firstDay: '2026-10-13',
        lastDay: '2026-10-15',
        windowFrom: '2026-09-18',
      },
      'fairline.case.noticed.v1': {
        ...ids,
        notice: '2a7d1c44-0f0e-5b62-8c55-90a1b2c3d4e5',
        deliveredAt: '2026-10-16T07:00:00Z',
        evidence: 'accepted-by-server',
        deadline: '2026-10-23',
      },
      'fairline.case.cured.v1': {
        ...ids,
        from: '2026-10-24',
        through: '2026-10-30',
        figures: [{ rule: 'excess-over-average', value: 14.5, limit: 41.25, exceeded: false }],
      },
      'fairline.case.continued.v1': {
        ...ids,
        from: '2026-10-24',
        through: '2026-10-30',
        figures: [{ rule: 'excess-over-average', value: 212.25, limit: 41.25, exceeded: true }],
      },
      'fairline.case.measure-proposed.v1': { ...measure, kind: 'end-unlimited', from: '2026-10-24' },
      'fairline.case.measure-approved.v1': { ...measure, kind: 'end-unlimited', from: '2026-10-24' },
      'fairline.case.measure-applied.v1': { ...measure, kind: 'end-unlimited', appliedOn: '2026-11-01' },
      'fairline.case.measure-undone.v1': { ...measure, kind: 'limit', wasApplied: true },
      'fairline.case.dismissed.v1': { ...ids, until: '2026-12-31', rules: ['excess-over-average'] },
      'fairline.case.closed.v1': ids,
    });
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
  });

  it('leaves out nothing by accident: what is not told is named here', () => {
    const silent = Object.keys(caseEventSchemas).filter(
      (type) => !fairUsePublication.eventTypes.includes(type),
    );
    expect(silent.sort()).toEqual(['case.exception-granted', 'case.notice-failed', 'case.notice-requested']);
  });

  it('names no staff, no reason in words and no amount', () => {
    const text = JSON.stringify([
      ...toldOf(fairUsePublication, stored),
      ...toldOf(enforcementPublication, stored),
    ]);
    expect(text).not.toMatch(/anna|bram|Moved premises|Went on|metered plan|Free text|5d41402abc/);
  });
});

describe('enforcement.v1', () => {
  it('tells switches of a limit or a suspension in force, and spares emergency numbers', () => {
    const since = { since: '2026-11-01T08:00:00Z', until: null };
    expect(
      toldOf(enforcementPublication, [
        fixture('case.measure-applied', { kind: 'limit' }),
        fixture('case.measure-applied', { kind: 'suspend' }),
      ]).map(({ type, data }) => [type, data]),
    ).toEqual([
      ['fairline.enforcement.limit-simultaneous-calls.v1', { ...enforced, ...since, maximumCalls: null }],
      ['fairline.enforcement.suspend.v1', { ...enforced, ...since }],
    ]);
  });

  it('tells of their ends', () => {
    const end = { ...enforced, until: '2026-11-01T08:00:00Z' };
    expect(
      toldOf(enforcementPublication, [
        fixture('case.measure-undone', { kind: 'limit' }),
        fixture('case.measure-undone', { kind: 'suspend' }),
      ]).map(({ type, data }) => [type, data]),
    ).toEqual([
      ['fairline.enforcement.end-limit-simultaneous-calls.v1', end],
      ['fairline.enforcement.end-suspend.v1', end],
    ]);
  });

  it('ends nothing that never began, and has nothing to enforce in a change of price', () => {
    expect(
      toldOf(enforcementPublication, [
        fixture('case.measure-undone', { kind: 'limit', wasApplied: false }),
        fixture('case.measure-undone', { kind: 'end-unlimited' }),
        fixture('case.measure-applied', { kind: 'end-unlimited' }),
      ]),
    ).toEqual([]);
  });

  it('has ids of its own: the same event bears its own id on fair-use.v1', () => {
    const events = [fixture('case.measure-applied', { kind: 'limit' })];
    const [there] = toldOf(fairUsePublication, events);
    const [here] = toldOf(enforcementPublication, events);
    expect(here?.id).toMatch(/^[0-9a-f-]{14}5/);
    expect(here?.id).not.toBe(there?.id);
  });
});
