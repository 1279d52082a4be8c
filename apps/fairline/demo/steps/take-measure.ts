import { addDays } from '#calendar/local-date.js';
import { ApproveMeasure } from '#fair-use/case/approve-measure/approve-measure.js';
import { ProposeMeasure } from '#fair-use/case/propose-measure/propose-measure.js';
import type { CaseFile } from '#fair-use/case/store/case-file.js';
import { CaseReader } from '#fair-use/case/store/case-reader.js';
import { formatMicroEuros, microEuros } from '#money/money.js';
import { bucketOf } from '#platform/identity/ids.js';
import { PreviewSubscriptionChange } from '#retro-rating/preview-change/preview-subscription-change.js';
import type { RetroactiveChange } from '#retro-rating/domain/retroactive-change.js';
import { settle, valueOf } from '../../face.js';
import { table } from '../../table.js';
import { ACCOUNT_MANAGER, type Demo, SECOND_PERSON } from '../demo.js';
import { euro, hours, number } from '../story.js';

const METERED = 'metered';

/**
 * Of those who went on, the one whose calls would cost most: preview, proposal, approval by another person, execution.
 * @returns its account
 */
export async function takeMeasure(demo: Demo, continued: readonly CaseFile[]): Promise<string> {
  const { story, running } = demo;
  const { commands, app } = running.program;
  const previews: { file: CaseFile; preview: RetroactiveChange }[] = [];
  for (const file of continued) {
    if (file.deadline === null) throw new Error(`Case ${file.id} went on without a deadline`);
    const from = addDays(file.deadline, 1);
    const preview = valueOf(
      await commands.execute(
        new PreviewSubscriptionChange({ account: file.account, plan: METERED, from, by: ACCOUNT_MANAGER }),
      ),
    );
    previews.push({ file, preview });
  }
  const [most] = previews.toSorted(
    (a, b) =>
      Number(b.preview.callCharges.after.replace('.', '')) -
      Number(a.preview.callCharges.after.replace('.', '')),
  );
  if (most === undefined) throw new Error('Nobody went on: the demo has no measure to show');
  const { file, preview } = most;
  showPreview(demo, preview);
  const proposed = valueOf(
    await commands.execute(
      new ProposeMeasure(file.id, ACCOUNT_MANAGER, {
        kind: 'end-unlimited',
        reason: 'Went on in the same way after the notice',
        previewHash: preview.hash,
      }),
    ),
  );
  valueOf(await commands.execute(new ApproveMeasure(file.id, SECOND_PERSON, proposed.measureId)));
  await settle(running.program);
  const after = await app.get(CaseReader).byId(file.id);
  story.line(`Proposed by ${ACCOUNT_MANAGER}, approved by ${SECOND_PERSON}: the case is ${after?.status}`);
  const booked = await bookedCharge(demo, preview);
  story.line(
    `Booked on these calls: ${euro(booked)}; the preview said ${euro(preview.callCharges.after)}: ${booked === preview.callCharges.after ? 'the same to the last decimal' : 'A DIFFERENCE'}`,
  );
  return file.account;
}

function showPreview({ story }: Demo, preview: RetroactiveChange): void {
  story.line(
    `Preview: ${preview.account} from ${preview.oldPlan} to ${preview.newPlan} as of ${preview.from}; ${number(preview.calls.affected)} calls, ${hours(preview.calls.seconds)} of talk`,
  );
  story.block(
    table(
      [
        { title: 'month' },
        { title: 'class' },
        { title: 'calls', align: 'right' },
        { title: 'talk', align: 'right' },
        { title: 'charged before', align: 'right' },
        { title: 'charged after', align: 'right' },
      ],
      preview.byPeriod.map((row) => [
        row.period,
        row.class,
        number(row.calls),
        hours(row.seconds),
        euro(row.chargeBefore),
        euro(row.chargeAfter),
      ]),
    ),
    '     ',
  );
  story.line(
    `Calls ${euro(preview.callCharges.before)} → ${euro(preview.callCharges.after)}, fees ${euro(preview.subscriptionFees.before)} → ${euro(preview.subscriptionFees.after)}; ` +
      `on the next draft: net ${euro(preview.net)}, VAT ${euro(preview.vat)}, total ${euro(preview.total)}`,
  );
}

/** By plain SQL: what the ratings that the change wrote charge now. */
async function bookedCharge({ running }: Demo, preview: RetroactiveChange): Promise<string> {
  const [row] = await running.program.database.query<{ charge: number }>(
    `SELECT coalesce(sum(r.charge), 0)::bigint AS charge FROM cdr.call_rating r WHERE r.bucket = $1 AND r.account_id = $2
       AND r.seq = (SELECT max(l.seq) FROM cdr.call_rating l WHERE l.bucket = r.bucket AND l.call_key = r.call_key)`,
    [bucketOf(preview.account), preview.account],
  );
  return formatMicroEuros(microEuros(row?.charge ?? 0));
}
