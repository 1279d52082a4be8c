import type { CaseEvidence, ShownFinding } from '#fair-use/show-case/show-case.js';
import { type Face, valueOf } from '../face.js';
import { counted } from '../table.js';

export async function showCase(face: Face, id: string): Promise<void> {
  const { ShowCase } = await import('#fair-use/show-case/show-case.js');
  const evidence = await face.withProgram(async ({ queries }) =>
    valueOf(await queries.execute(new ShowCase(id))),
  );
  await face.print({ document: evidence, human: describe(evidence) });
}

function describe(the: CaseEvidence): string {
  const notice =
    the.notice === null
      ? []
      : [
          `Notice ${the.notice.status}${the.notice.deliveredAt === null ? '' : ` ${the.notice.deliveredAt} (${the.notice.evidence ?? '-'})`}${the.deadline === null ? '' : `, to stop by ${the.deadline}`}`,
        ];
  const measure =
    the.measure === null
      ? []
      : [
          `Measure ${the.measure.kind ?? '-'}${the.measure.from === null ? '' : ` from ${the.measure.from}`}: ${the.measure.id}`,
        ];
  return [
    `Case ${the.case}: ${the.account} on ${the.plan}, ${the.status}`,
    `Opened ${the.openedOn} by policy ${the.policy} version ${the.policyVersion}, days ${the.firstDay} … ${the.lastDay}`,
    ...notice,
    ...measure,
    '',
    ...the.findings.flatMap(findingLines),
    '',
    'Timeline',
    ...the.timeline.map(
      (entry) => `  ${entry.at}  ${entry.event}${entry.by === null ? '' : ` by ${entry.by}`}`,
    ),
  ].join('\n');
}

function findingLines(finding: ShownFinding): string[] {
  return [
    `${finding.rule}: ${finding.explanation.en}`,
    `  ${counted(finding.callsInWindow, 'call')} in the window, ${counted(finding.calls.length, 'call')} listed with --json`,
  ];
}
