import { relative } from 'node:path';
import { RequestNotice } from '#fair-use/case/request-notice/request-notice.js';
import { CaseReader } from '#fair-use/case/store/case-reader.js';
import type { CaseFile } from '#fair-use/case/store/case-file.js';
import { ShowNotice } from '#notices/show-notice/show-notice.js';
import { TakeDeliveryReport } from '#notices/take-delivery-report/take-delivery-report.js';
import { settle, valueOf } from '../../face.js';
import { deliveryReportOf } from '../mail-catcher.js';
import { ACCOUNT_MANAGER, type Demo } from '../demo.js';

/** A notice for every case; a real mail server takes them and reports their delivery. */
export async function sendNotices(demo: Demo, cases: readonly CaseFile[]): Promise<void> {
  const { story, running, catcher, settings } = demo;
  const { commands, queries, clock, app } = running.program;
  const noticeIds: string[] = [];
  for (const one of cases) {
    const requested = valueOf(await commands.execute(new RequestNotice(one.id, ACCOUNT_MANAGER)));
    noticeIds.push(requested.noticeId);
  }
  await settle(running.program);
  story.line(`${catcher.mails.length} notices were given to the mail server ${settings.smtpUrl}`);
  for (const mail of catcher.mails) {
    const report = deliveryReportOf(mail, settings.mailFrom, new Date(await clock.now()));
    valueOf(await commands.execute(new TakeDeliveryReport(report)));
  }
  await settle(running.program);
  const [first] = noticeIds;
  const [mail] = catcher.mails;
  if (first === undefined || mail === undefined) return;
  const { letter } = valueOf(await queries.execute(new ShowNotice(first)));
  story.line(`The first of them, which lies at ${relative(process.cwd(), mail.path)}:`);
  story.line();
  story.block(letter.text.trim(), '     | ');
  story.line();
  const files = await Promise.all(cases.map((one) => app.get(CaseReader).byId(one.id)));
  for (const file of files) {
    story.line(
      `${file?.account}: ${file?.noticeStatus} (${file?.noticeEvidence}), to stop by the end of ${file?.deadline}`,
    );
  }
}
