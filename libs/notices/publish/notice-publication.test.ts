import { readFileSync, readdirSync } from 'node:fs';
import { cloudEventOf } from '#publication/cloud-event.js';
import { type StoredEvent, asFeed } from '#publication/testing/registered-events.js';
import { noticeEventSchemas } from '../domain/notice-event.js';
import { noticesEvents } from '../events/events.js';
import { noticePublication } from './notice-publication.js';

const FIXTURES = new URL('../events/fixtures/', import.meta.url);
const stored = readdirSync(FIXTURES).map(
  (file) => JSON.parse(readFileSync(new URL(file, FIXTURES), 'utf8')) as StoredEvent,
);
const told = asFeed(noticesEvents, stored).flatMap((event) => cloudEventOf(noticePublication, event) ?? []);

describe('notice.v1', () => {
  it('tells what became of a notice', () => {
    const ids = {
      account: 'A10017',
      case: '6f1e6a0e-5f43-5c1b-9d4e-0b6f5d1c7a01',
      notice: '2a7d1c44-0f0e-5b62-8c55-90a1b2c3d4e5',
    };
    expect(Object.fromEntries(told.map(({ type, data }) => [type, data]))).toEqual({
      'fairline.notice.sent.v1': { ...ids, by: 'smtp' },
      'fairline.notice.delivered.v1': { ...ids, evidence: 'delivery-report' },
      'fairline.notice.bounced.v1': { ...ids, statusCode: '5.1.1' },
      'fairline.notice.failed.v1': { ...ids, cause: 'rejected' },
    });
    expect(told.every(({ subject }) => subject === ids.notice)).toBe(true);
  });

  it('leaves out nothing by accident: the inner steps are named here', () => {
    const silent = Object.keys(noticeEventSchemas).filter(
      (type) => !noticePublication.eventTypes.includes(type),
    );
    expect(silent.sort()).toEqual([
      'notice.attempted',
      'notice.deferred',
      'notice.prepared',
      'notice.resend-requested',
      'notice.uncertain',
    ]);
  });

  it('names no address, no message and nobody of the staff', () => {
    expect(JSON.stringify(told)).not.toMatch(/@|delivery-reports|anna|Free text/);
  });
});
