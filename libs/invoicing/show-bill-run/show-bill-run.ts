import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type Instant, formatInstant } from '#calendar/instant.js';
import type { Period } from '#calendar/local-date.js';
import { type Cents, cents, formatCents, formatMicroEuros } from '#money/money.js';
import { type Outcome, accepted } from '#outcome/outcome.js';
import type { ControlTotals } from '../domain/control-totals.js';
import type { ParkedReason } from '../domain/parking.js';
import { type ShownVat, shownVat } from '../show-draft-invoice/shown-draft.js';
import { BillRunReader } from '../store/bill-run-reader.js';
import type { Difference } from '../store/draft-writer.js';
import { noBillRun } from './no-bill-run.js';

export interface ShownTotals {
  readonly documents: number;
  readonly subscriptionFees: string;
  readonly addOnFees: string;
  readonly usageNet: string;
  readonly net: string;
  readonly vatTotal: string;
  readonly total: string;
  readonly vat: readonly ShownVat[];
  readonly usage: readonly {
    readonly class: string;
    readonly calls: number;
    readonly coveredCalls: number;
    readonly seconds: number;
    readonly charge: string;
    readonly net: string;
  }[];
}

export interface ShownDifference {
  readonly account: string;
  readonly kind: 'new' | 'gone' | 'changed';
  readonly netBefore: string | null;
  readonly netNow: string | null;
  readonly change: string;
}

export interface ShownBillRun {
  readonly period: Period;
  readonly status: 'drafted';
  readonly revision: number;
  /** The month was over when it was drafted; else these are figures of a running month. */
  readonly complete: boolean;
  readonly draftedBy: string;
  readonly draftedAt: string;
  readonly referencePosition: number;
  readonly checksum: string;
  /** Documents that can go out. */
  readonly totals: ShownTotals;
  /** Documents that are held back, for each account with its reasons. */
  readonly parkedTotals: ShownTotals;
  readonly parked: readonly {
    readonly account: string;
    readonly net: string;
    readonly reasons: readonly ParkedReason[];
  }[];
  readonly differences: {
    /** What last month's figures are: its bill run, or computed for the comparison as known then. */
    readonly comparedWith: 'bill-run' | 'live';
    readonly new: number;
    readonly gone: number;
    readonly changed: number;
    /** The biggest first, parked accounts included. */
    readonly movers: readonly ShownDifference[];
  };
}

/** A month before it is approved: control totals, what is parked and why, differences to last month. Refused: `no-bill-run`. */
export class ShowBillRun extends Query<Outcome<ShownBillRun>> {
  constructor(
    readonly period: Period,
    /** How many parked accounts and movers are listed, 1 to 1,000; default 100. */
    readonly listed = 100,
  ) {
    super();
  }
}

const MAXIMUM_LISTED = 1_000;

@QueryHandler(ShowBillRun)
export class ShowBillRunHandler implements IQueryHandler<ShowBillRun> {
  constructor(private readonly runs: BillRunReader) {}

  async execute({ period, listed }: ShowBillRun): Promise<Outcome<ShownBillRun>> {
    const run = await this.runs.run(period);
    if (run === undefined) return noBillRun(period);
    const limit = Math.min(Math.max(listed, 1), MAXIMUM_LISTED);
    const counts = await this.runs.countDifferences(run.build);
    return accepted({
      period: run.period,
      status: run.status,
      revision: run.revision,
      complete: run.complete,
      draftedBy: run.draftedBy,
      draftedAt: formatInstant(run.draftedAt satisfies Instant),
      referencePosition: run.referencePosition,
      checksum: run.checksum,
      totals: shownTotals(run.totals.ready),
      parkedTotals: shownTotals(run.totals.parked),
      parked: (await this.runs.parked(run.build, limit)).map((one) => ({
        ...one,
        net: formatCents(one.net),
      })),
      differences: {
        comparedWith: run.comparedWith,
        new: counts.fresh,
        gone: counts.gone,
        changed: counts.changed,
        movers: (await this.runs.differences(run.build, limit)).map(shownDifference),
      },
    });
  }
}

function shownTotals(totals: ControlTotals): ShownTotals {
  return {
    documents: totals.documents,
    subscriptionFees: formatCents(totals.subscriptionFees),
    addOnFees: formatCents(totals.addOnFees),
    usageNet: formatCents(totals.usageNet),
    net: formatCents(totals.net),
    vatTotal: formatCents(totals.vatTotal),
    total: formatCents(totals.total),
    vat: totals.vat.map(shownVat),
    usage: totals.usage.map((one) => ({
      ...one,
      charge: formatMicroEuros(one.charge),
      net: formatCents(one.net),
    })),
  };
}

function shownDifference({ account, netBefore, netNow }: Difference): ShownDifference {
  const amount = (net: Cents | null) => (net === null ? null : formatCents(net));
  const kind = netBefore === null ? 'new' : netNow === null ? 'gone' : 'changed';
  const change = formatCents(cents((netNow ?? 0) - (netBefore ?? 0)));
  return { account, kind, netBefore: amount(netBefore), netNow: amount(netNow), change };
}
