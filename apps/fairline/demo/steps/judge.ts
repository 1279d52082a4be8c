import type { LocalDate } from '#calendar/local-date.js';
import { ListCases } from '#fair-use/case/list-cases/list-cases.js';
import type { CaseFile } from '#fair-use/case/store/case-file.js';
import { EvaluateFairUse } from '#fair-use/evaluate/evaluate-fair-use.js';
import { type ShownFinding, ShowCase } from '#fair-use/show-case/show-case.js';
import { settle, valueOf } from '../../face.js';
import type { Demo } from '../demo.js';
import { number, wrap } from '../story.js';

/** Judges the days that are not judged yet, and shows who was found and on which evidence. */
export async function judge(demo: Demo, through: LocalDate): Promise<CaseFile[]> {
  const { story, running, simulation } = demo;
  const { commands, queries } = running.program;
  const startedAt = performance.now();
  const evaluation = valueOf(await commands.execute(new EvaluateFairUse(through, { by: 'demo' })));
  await settle(running.program);
  story.line(
    `${evaluation.days} days, ${evaluation.accountsJudged} customers on unlimited plans: ${number(evaluation.findings)} findings, ` +
      `${evaluation.casesOpened} cases, in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`,
  );
  const cases = (await queries.execute(new ListCases({ status: 'open' }))).toSorted((a, b) =>
    a.account < b.account ? -1 : 1,
  );
  for (const one of cases) {
    const evidence = valueOf(await queries.execute(new ShowCase(one.id)));
    const planted = simulation.planted.find((who) => who.account === one.account);
    story.line();
    story.line(`${one.account}  ${one.rules.join(', ')}  (planted as: ${planted?.kind ?? 'nobody'})`);
    const shown = new Set<string>();
    for (const finding of evidence.findings.toReversed()) {
      if (shown.has(finding.rule)) continue;
      shown.add(finding.rule);
      story.block(wrap(finding.explanation.en, 100), '     ');
      story.block(wrap(againstWhom(finding), 100), '     ');
    }
  }
  story.line();
  story.line(tally(demo, cases));
  return cases;
}

function againstWhom(finding: ShownFinding): string {
  const { cohort } = finding;
  return cohort === null
    ? 'Compared with nobody.'
    : `Evidence: plan ${cohort.plan}, ${cohort.accounts} customers, mean ${cohort.mean}, median ${cohort.median}, p90 ${cohort.p90}; value ${finding.value}, limit ${finding.limit} ${finding.unit}; ${finding.callsInWindow} calls.`;
}

/** What was planted against what was found. */
function tally({ simulation }: Demo, cases: readonly CaseFile[]): string {
  const found = new Set(cases.map((one) => one.account));
  const due = simulation.planted.filter((one) => one.abuser && one.rule !== null && one.account !== null);
  const innocent = simulation.planted.filter((one) => !one.abuser && one.account !== null);
  const caught = due.filter((one) => found.has(one.account ?? ''));
  const wronged = innocent.filter((one) => found.has(one.account ?? ''));
  const others = cases.filter((one) => !simulation.planted.some((who) => who.account === one.account));
  return (
    `Of ${due.length} planted abusers ${caught.length} are found; of ${innocent.length} innocent look-alikes ${wronged.length}; ` +
    `of everybody else ${others.length}.`
  );
}

/** Judges on; the cases whose customers were told are judged by the days after their deadline alone. */
export async function judgeAfterDeadline(demo: Demo, through: LocalDate): Promise<CaseFile[]> {
  const { story, running } = demo;
  const evaluation = valueOf(
    await running.program.commands.execute(new EvaluateFairUse(through, { by: 'demo' })),
  );
  await settle(running.program);
  for (const { account, result } of evaluation.judgedAfterDeadline) {
    story.line(
      result === 'cured'
        ? `${account} stopped: the case is cured, nothing is charged`
        : `${account} went on after the deadline: the case is continued`,
    );
  }
  if (evaluation.casesOpened > 0) story.line(`${evaluation.casesOpened} new case(s) opened meanwhile`);
  return running.program.queries.execute(new ListCases({ status: 'continued' }));
}
