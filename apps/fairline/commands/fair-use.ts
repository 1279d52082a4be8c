import type { Command } from 'commander';
import type { LocalDate } from '#calendar/local-date.js';
import type { CaseFile } from '#fair-use/case/store/case-file.js';
import type { CaseListFilter } from '#fair-use/case/store/case-reader.js';
import { asChoice, asDay, asId, asKey, asWholeNumber, whoActs } from '../arguments.js';
import { type Face, valueOf } from '../face.js';
import { Progress } from '../progress.js';
import { counted, table } from '../table.js';
import { caseCommands } from './case-actions.js';

const STATUSES = [
  'open',
  'noticed',
  'cured',
  'continued',
  'measure-proposed',
  'measure-applied',
  'dismissed',
  'closed',
] as const;

export function fairUseCommands(program: Command, face: () => Face): void {
  const fairUse = program
    .command('fair-use')
    .description('Judge days against the policies, and work with the cases that come of it.');
  fairUse
    .command('evaluate')
    .description('Judge all days up to one that are not judged yet; findings become cases.')
    .requiredOption('--through <day>', 'last day to judge, inclusive', asDay('--through'))
    .option('--force', 'judge although a source has not shown that its day is complete; recorded')
    .option('--by <person>', 'who decides; default the login')
    .addHelpText('after', '\nExample: fairline fair-use evaluate --through 2026-10-31')
    .action((options: EvaluateOptions) => evaluate(face(), options));
  fairUse
    .command('cases')
    .description('The cases, newest first.')
    .option(
      '--status <status>',
      `only with this status: ${STATUSES.join(', ')}`,
      asChoice('--status', STATUSES),
    )
    .option('--account <account>', 'only of this account', asKey('--account'))
    .option(
      '--limit <number>',
      'at most so many, 1 to 1000 (default 200)',
      asWholeNumber('--limit', 1, 1_000),
    )
    .option('--after <case>', 'go on after this case of an earlier list', asId('--after'))
    .addHelpText('after', '\nExample: fairline fair-use cases --status open')
    .action((filter: CaseListFilter) => listCases(face(), filter));
  caseCommands(fairUse, face);
}

interface EvaluateOptions {
  readonly through: LocalDate;
  readonly force?: boolean;
  readonly by?: string;
}

async function evaluate(face: Face, { through, force, by }: EvaluateOptions): Promise<void> {
  const { EvaluateFairUse } = await import('#fair-use/evaluate/evaluate-fair-use.js');
  const progress = new Progress(face.terminal, 'days');
  let days = 0;
  const command = new EvaluateFairUse(through, {
    by: whoActs(by),
    ...(force === undefined ? {} : { force }),
    onDay: () => progress.update((days += 1)),
  });
  const evaluation = await face.withProgram(
    async ({ commands }) => valueOf(await commands.execute(command)),
    { decides: true },
  );
  progress.end();
  await face.print({
    document: evaluation,
    human: `${counted(evaluation.days, 'day')} judged through ${through}: ${counted(evaluation.accountsJudged, 'account')} judged, ${counted(evaluation.findings, 'finding')}, ${counted(evaluation.casesOpened, 'case')} opened.`,
  });
}

async function listCases(face: Face, filter: CaseListFilter): Promise<void> {
  const { ListCases } = await import('#fair-use/case/list-cases/list-cases.js');
  const files = await face.withProgram(({ queries }) => queries.execute(new ListCases(filter)));
  await face.print({
    document: files.map(listed),
    human: files.length === 0 ? 'There are no such cases.' : asTable(files),
  });
}

/** A case in a list (contracts section 4). */
function listed(file: CaseFile) {
  const { id, account, status, rules, openedOn, firstDay, lastDay, plan, noticeStatus, deadline } = file;
  return { case: id, account, status, rules, openedOn, firstDay, lastDay, plan, noticeStatus, deadline };
}

function asTable(files: readonly CaseFile[]): string {
  return table(
    [
      { title: 'case' },
      { title: 'account' },
      { title: 'status' },
      { title: 'rules' },
      { title: 'opened' },
      { title: 'days' },
      { title: 'deadline' },
    ],
    files.map((file) => [
      file.id,
      file.account,
      file.status,
      file.rules.join(', '),
      file.openedOn,
      `${file.firstDay} … ${file.lastDay}`,
      file.deadline ?? '-',
    ]),
  );
}
