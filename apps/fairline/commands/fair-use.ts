import type { Command } from 'commander';
import type { CaseFile } from '#fair-use/case/store/case-file.js';
import type { CaseListFilter } from '#fair-use/case/store/case-reader.js';
import { asChoice, asId, asKey, asWholeNumber } from '../arguments.js';
import type { Face } from '../face.js';
import { table } from '../table.js';
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
