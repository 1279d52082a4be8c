import type { Period } from '#calendar/local-date.js';
import { ShowBillRun, type ShownTotals } from '#invoicing/show-bill-run/show-bill-run.js';
import { ShowDraftInvoice } from '#invoicing/show-draft-invoice/show-draft-invoice.js';
import type { ShownLine } from '#invoicing/show-draft-invoice/shown-draft.js';
import { StartBillRun } from '#invoicing/start-bill-run/start-bill-run.js';
import { settle, valueOf } from '../../face.js';
import { counted, table } from '../../table.js';
import { type Demo, FINANCE } from '../demo.js';
import { euro, number } from '../story.js';

/** Drafts of a month with control totals, and the draft of the customer whose plan ended. */
export async function billTheMonth(demo: Demo, month: Period, changed: string): Promise<void> {
  const { story, running } = demo;
  const { commands, queries } = running.program;
  await settle(running.program);
  valueOf(await commands.execute(new StartBillRun(month, FINANCE)));
  const run = valueOf(await queries.execute(new ShowBillRun(month)));
  story.line(
    `Bill run ${month}, started by ${FINANCE}: ${number(run.totals.documents)} drafts, ${run.parked.length} parked`,
  );
  story.block(controlTotals(run.totals), '     ');
  for (const { account, reasons } of run.parked.slice(0, 5)) {
    story.line(`  parked: ${account}: ${reasons.map((reason) => reason.message).join('; ')}`);
  }
  const draft = valueOf(await queries.execute(new ShowDraftInvoice(changed, month)));
  story.line();
  story.line(`The draft of ${changed}, which carries the retroactive charge:`);
  story.block(
    table(
      [{ title: 'line' }, { title: 'net', align: 'right' }],
      [
        ...draft.lines.map((line) => [describeLine(line), euro(line.net)]),
        ['net', euro(draft.net)],
        ...draft.vat.map((vat) => [`VAT ${vat.rate} %`, euro(vat.vat)]),
        ['total', euro(draft.total)],
      ],
    ),
    '     ',
  );
}

function controlTotals(totals: ShownTotals): string {
  return table(
    [{ title: 'control total' }, { title: 'amount', align: 'right' }],
    [
      ['subscription fees', euro(totals.subscriptionFees)],
      ['add-on fees', euro(totals.addOnFees)],
      ['calls', euro(totals.usageNet)],
      ['net', euro(totals.net)],
      ...totals.vat.map((vat) => [`VAT ${vat.rate} % over ${euro(vat.net)}`, euro(vat.vat)]),
      ['total', euro(totals.total)],
    ],
  );
}

function describeLine(line: ShownLine): string {
  if (line.kind === 'usage') return `${line.name.en}: ${counted(line.calls, 'call')}`;
  return `${line.name.en}, ${line.seats} seats, ${line.from} through ${line.through} (${line.days} of ${line.daysOfMonth} days)`;
}
