import { readFileSync } from 'node:fs';
import { LoadCalls } from '#call-log/load-calls/load-calls.js';
import { ShowCalls, type ShownCall } from '#call-log/show-calls/show-calls.js';
import { localDate, period } from '#calendar/local-date.js';
import { ShowDraftInvoice } from '#invoicing/show-draft-invoice/show-draft-invoice.js';
import { acceptedOrThrow } from '#outcome/outcome.js';
import { fixture, loadExampleReference } from '../../test/harness/reference.js';
import { type RetroRatingUnderTest, startRetroRating } from '../../test/harness/retro-rating.js';
import { ConfirmSubscriptionChange } from './confirm-change/confirm-subscription-change.js';
import type { RetroactiveChange } from './domain/retroactive-change.js';
import { PreviewSubscriptionChange } from './preview-change/preview-subscription-change.js';

interface Expected {
  readonly retroactive: {
    readonly affectedCalls: number;
    readonly byClass: Readonly<Record<string, object>>;
    readonly callCharges: object;
    readonly subscriptionFees: object;
  };
  readonly invoiceIfMonthStillOpen: {
    readonly A1001: {
      readonly subscriptions: readonly string[];
      readonly usage: object;
      readonly net: string;
      readonly vat: string;
      readonly total: string;
    };
  };
}
const expected = JSON.parse(readFileSync(fixture('examples/expected.json'), 'utf8')) as Expected;

describe('the retroactive change of the examples', () => {
  let fairline: RetroRatingUnderTest;
  let preview: RetroactiveChange;
  const change = { account: 'A1001', plan: 'metered', from: localDate('2026-10-16') };
  const makePreview = async () =>
    acceptedOrThrow(
      await fairline.commands.execute(new PreviewSubscriptionChange({ ...change, by: 'anna' })),
    );

  beforeAll(async () => {
    fairline = await startRetroRating();
    await loadExampleReference(fairline.commands);
    acceptedOrThrow(await fairline.commands.execute(new LoadCalls([fixture('examples/calls.jsonl')])));
    preview = await makePreview();
  });
  afterAll(async () => fairline.close());

  it('is previewed with the calls, charges and fees computed independently', () => {
    expect(preview.calls).toEqual({ affected: expected.retroactive.affectedCalls, seconds: 12_722 });
    expect(
      Object.fromEntries(
        preview.byPeriod.map(({ class: ofClass, calls, seconds, chargeBefore, chargeAfter }) => [
          ofClass,
          { calls, seconds, chargeBefore, chargeAfter },
        ]),
      ),
    ).toEqual(expected.retroactive.byClass);
    expect(preview.callCharges).toEqual(expected.retroactive.callCharges);
    expect(preview.subscriptionFees).toEqual(expected.retroactive.subscriptionFees);
  });

  it('adds to the draft of October what it makes of it: 36.90 instead of 47.07, and VAT of the whole draft', () => {
    expect(preview).toMatchObject({
      account: 'A1001',
      oldPlan: 'unlimited',
      newPlan: 'metered',
      knownAt: '2026-10-31T11:00:00Z',
      net: '-10.17',
      vat: '-2.13',
      total: '-12.30',
      documents: [
        {
          kind: 'next-draft',
          period: '2026-10',
          corrects: null,
          net: '-10.17',
          vat: '-2.13',
          total: '-12.30',
        },
      ],
    });
  });

  it('has the same hash again while nothing changed', async () => {
    expect((await makePreview()).hash).toBe(preview.hash);
  });

  it('is carried out as previewed, and a second confirmation changes nothing', async () => {
    const confirm = () =>
      fairline.commands.execute(new ConfirmSubscriptionChange({ ...change, hash: preview.hash, by: 'anna' }));
    const confirmed = acceptedOrThrow(await confirm());
    expect(confirmed).toMatchObject({
      ...preview,
      repeated: false,
      arrivedSince: { calls: 0, seconds: 0, charge: '0.0000' },
    });
    await fairline.follow();
    expect(acceptedOrThrow(await confirm())).toMatchObject({
      hash: preview.hash,
      repeated: true,
      changeId: confirmed.changeId,
    });
    await fairline.follow();
    const executed = await fairline.test.database.query<{ data: object }>(
      "SELECT data FROM es.event WHERE event_type = 'retro-rating.executed'",
    );
    expect(executed).toEqual([
      {
        data: {
          account: 'A1001',
          subscription: 'A1001-1',
          from: '2026-10-16',
          oldPlan: 'unlimited',
          newPlan: 'metered',
          previewHash: preview.hash,
          caseId: null,
          measureId: null,
          calls: 2,
          callChargesBefore: '0.0000',
          callChargesAfter: '5.3230',
          net: '-10.17',
          vat: '-2.13',
          total: '-12.30',
          arrivedSince: { calls: 0, seconds: 0, charge: '0.0000' },
        },
      },
    ]);
  });

  it('leads to the draft computed independently', async () => {
    const draft = acceptedOrThrow(
      await fairline.queries.execute(new ShowDraftInvoice('A1001', period('2026-10'), { live: true })),
    );
    const { subscriptions, usage, net, vat, total } = expected.invoiceIfMonthStillOpen.A1001;
    expect(draft.lines.flatMap((line) => (line.kind === 'subscription' ? [line.net] : []))).toEqual(
      subscriptions,
    );
    expect(
      Object.fromEntries(
        draft.lines.flatMap((line) => (line.kind === 'usage' ? [[line.class, line.net]] : [])),
      ),
    ).toEqual(usage);
    expect({ net: draft.net, vat: draft.vatTotal, total: draft.total }).toEqual({ net, vat, total });
  });

  it('keeps every rating that a call has had', async () => {
    const pages = acceptedOrThrow(
      await fairline.queries.execute(
        new ShowCalls('A1001', localDate('2026-10-01'), localDate('2026-10-31')),
      ),
    );
    const calls: ShownCall[] = [];
    for await (const page of pages) calls.push(...page);
    expect(calls.find((call) => call.id === 'c-0004')).toMatchObject({
      charge: '5.0900',
      covered: false,
      ratings: [
        { plan: 'unlimited', charge: '0.0000', covered: true, cause: null },
        { plan: 'metered', charge: '5.0900', covered: false },
      ],
    });
    expect(calls.find((call) => call.id === 'c-0003')?.ratings).toHaveLength(1);
  });
});
