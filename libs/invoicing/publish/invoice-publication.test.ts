import { invoicingEvents } from '../events/events.js';
import { invoicePublication } from './invoice-publication.js';

describe('invoice.v1', () => {
  it('is reserved: nothing is finalised yet, so no event is told', () => {
    expect(invoicePublication.eventTypes).toEqual([]);
    expect(invoicingEvents.map(({ type }) => type).filter((type) => /finalised/.test(type))).toEqual([]);
  });
});
