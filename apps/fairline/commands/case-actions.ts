import type { Command as BusCommand } from '@nestjs/cqrs';
import type { Command } from 'commander';
import type { LocalDate } from '#calendar/local-date.js';
import type { CaseDecision } from '#fair-use/case/store/case-book.js';
import { type Outcome, refused } from '#outcome/outcome.js';
import { asChoice, asDay, asId, asKey, whoActs, wrongUsage } from '../arguments.js';
import { type Face, valueOf } from '../face.js';
import { showCase } from './show-case.js';

const KINDS = ['limit', 'suspend', 'end-unlimited'] as const;

const EVIDENCE = ['delivery-report', 'acknowledged', 'recorded-letter'] as const;

interface By {
  readonly by?: string;
}

/** `fair-use case ID` shows a case; its actions are subcommands of it. */
export function caseCommands(fairUse: Command, face: () => Face): void {
  const the = fairUse.command('case');
  the
    .argument('<case>', 'id of the case', asId('case'))
    .description(
      'Show the whole evidence of a case, or decide in it (subcommands). Every decision is kept with who made it.',
    )
    .addHelpText('after', '\nExample: fairline fair-use case 0f8fad5b-d9cb-569f-a165-70867728950e --json')
    .action((id: string) => showCase(face(), id));
  noticeCommand(the, face);
  measureCommands(the, face);
  endingCommands(the, face);
  the
    .command('exception')
    .argument('<case>', 'id of the case', asId('case'))
    .description(
      'Except a use from the rules for a time; without --rule, --user and --number the whole account.',
    )
    .requiredOption('--until <day>', 'last day, inclusive', asDay('--until'))
    .requiredOption('--reason <text>', 'why')
    .option('--rule <rule>', 'only of this rule', asKey('--rule'))
    .option('--user <user>', 'only of this user')
    .option('--number <number>', 'only calls to this number, as +31201234567')
    .option('--by <person>', 'who decides; default the login')
    .addHelpText(
      'after',
      '\nExample: fairline fair-use case exception 0f8fad5b-d9cb-569f-a165-70867728950e --until 2026-12-31 --reason "seasonal campaign"',
    )
    .action(async (id: string, options: ExceptionOptions) => {
      const { GrantException } = await import('#fair-use/case/grant-exception/grant-exception.js');
      const { by, ...grant } = options;
      await decide(
        face(),
        new GrantException(id, whoActs(by), { ...grant, number: await numberIn(grant.number) }),
      );
    });
}

interface ExceptionOptions extends By {
  readonly until: LocalDate;
  readonly reason: string;
  readonly rule?: string;
  readonly user?: string;
  readonly number?: string;
}

async function numberIn(text: string | undefined): Promise<string | undefined> {
  if (text === undefined) return undefined;
  const { normaliseNumber } = await import('#numbering/phone-number.js');
  const number = normaliseNumber(text);
  if (number === undefined) throw wrongUsage(`--number "${text}" is no number such as +31201234567.`);
  return number;
}

function noticeCommand(the: Command, face: () => Face): void {
  the
    .command('notice')
    .argument('<case>', 'id of the case', asId('case'))
    .description('Have the customer told, with the evidence and the deadline of the policy.')
    .option('--by <person>', 'who decides; default the login')
    .addHelpText('after', '\nExample: fairline fair-use case notice 0f8fad5b-d9cb-569f-a165-70867728950e')
    .action(async (id: string, { by }: By) => {
      const { RequestNotice } = await import('#fair-use/case/request-notice/request-notice.js');
      await decide(face(), new RequestNotice(id, whoActs(by)));
    });
  the
    .command('deliver')
    .argument('<case>', 'id of the case', asId('case'))
    .description(
      'Record stronger evidence that the customer has the notice: an answer, a recorded letter, a delivery report.',
    )
    .requiredOption('--evidence <evidence>', EVIDENCE.join(', '), asChoice('--evidence', EVIDENCE))
    .option('--by <person>', 'who reports; default the login')
    .addHelpText('after', '\nExample: fairline fair-use case deliver CASE --evidence recorded-letter')
    .action((id: string, options: By & { evidence: (typeof EVIDENCE)[number] }) =>
      deliver(face(), id, options),
    );
}

/** The delivery is recorded with the notice; the case learns of it through the feed. */
async function deliver(
  face: Face,
  id: string,
  { evidence, by }: By & { evidence: (typeof EVIDENCE)[number] },
): Promise<void> {
  const { RecordDelivery } = await import('#notices/record-delivery/record-delivery.js');
  const { CaseReader } = await import('#fair-use/case/store/case-reader.js');
  const { noSuchCase } = await import('#fair-use/case/store/case-book.js');
  const who = whoActs(by);
  const noticeId = await face.withProgram(
    async ({ app, commands }) => {
      const file = await app.get(CaseReader).byId(id);
      if (file === undefined) return valueOf(noSuchCase(id));
      if (file.noticeId === null) {
        return valueOf(
          refused(
            'no-notice',
            `Case ${id} has no notice yet; request it first: fairline fair-use case notice ${id}`,
          ),
        );
      }
      valueOf(await commands.execute(new RecordDelivery(file.noticeId, evidence, who)));
      return file.noticeId;
    },
    { decides: true },
  );
  await face.print({
    document: { case: id, noticeId, evidence },
    human: `Notice ${noticeId} of case ${id} is delivered (${evidence}).`,
  });
}

interface ProposeOptions extends By {
  readonly kind: (typeof KINDS)[number];
  readonly reason?: string;
  readonly hindrance?: string;
  readonly from?: LocalDate;
  readonly preview?: string;
}

function measureCommands(the: Command, face: () => Face): void {
  const measure = the
    .command('measure')
    .description(
      'Propose, approve, report or undo a measure: limit, suspend, or the end of unlimited calling.',
    );
  measure
    .command('propose')
    .argument('<case>', 'id of the case', asId('case'))
    .description('Propose a measure; another person approves it.')
    .requiredOption('--kind <kind>', KINDS.join(', '), asChoice('--kind', KINDS))
    .option('--reason <text>', 'why; this or --hindrance has to be given')
    .option('--hindrance <text>', 'which hindrance the use causes')
    .option(
      '--from <day>',
      'first day of the end of unlimited calling; default the day after the deadline',
      asDay('--from'),
    )
    .option('--preview <hash>', 'hash of the previewed retroactive change that is proposed')
    .option('--by <person>', 'who proposes; default the login')
    .addHelpText(
      'after',
      '\nExample: fairline fair-use case measure propose 0f8fad5b-d9cb-569f-a165-70867728950e --kind end-unlimited --reason "went on after the deadline"',
    )
    .action(async (id: string, options: ProposeOptions) => {
      const { ProposeMeasure } = await import('#fair-use/case/propose-measure/propose-measure.js');
      const { by, preview, ...proposal } = options;
      await decide(
        face(),
        new ProposeMeasure(id, whoActs(by), {
          ...proposal,
          ...(preview === undefined ? {} : { previewHash: preview }),
        }),
      );
    });
  measure
    .command('approve')
    .argument('<case>', 'id of the case', asId('case'))
    .description('Approve the proposed measure; it is then carried out.')
    .requiredOption('--measure <id>', 'the measure that was looked at', asId('--measure'))
    .option('--by <person>', 'who approves, another person than who proposed; default the login')
    .addHelpText(
      'after',
      '\nExample: fairline fair-use case measure approve CASE --measure MEASURE --by b.jansen',
    )
    .action(async (id: string, { by, measure: measureId }: By & { measure: string }) => {
      const { ApproveMeasure } = await import('#fair-use/case/approve-measure/approve-measure.js');
      await decide(face(), new ApproveMeasure(id, whoActs(by), measureId));
    });
  measure
    .command('applied')
    .argument('<case>', 'id of the case', asId('case'))
    .description('Record that a limit or suspension is in force.')
    .requiredOption('--measure <id>', 'the approved measure', asId('--measure'))
    .option('--by <person>', 'who reports; default the login')
    .addHelpText('after', '\nExample: fairline fair-use case measure applied CASE --measure MEASURE')
    .action(async (id: string, { by, measure: measureId }: By & { measure: string }) => {
      const { RecordMeasureApplied } = await import('#fair-use/case/apply-measure/record-measure-applied.js');
      await decide(face(), new RecordMeasureApplied(id, whoActs(by), measureId));
    });
  measure
    .command('undo')
    .argument('<case>', 'id of the case', asId('case'))
    .description('Take back a measure in force, or a proposal that nobody has approved.')
    .requiredOption('--reason <text>', 'why')
    .option('--by <person>', 'who decides; default the login')
    .addHelpText(
      'after',
      '\nExample: fairline fair-use case measure undo CASE --reason "proposed for the wrong account"',
    )
    .action(async (id: string, { by, reason }: By & { reason: string }) => {
      const { UndoMeasure } = await import('#fair-use/case/undo-measure/undo-measure.js');
      await decide(face(), new UndoMeasure(id, whoActs(by), reason));
    });
}

function endingCommands(the: Command, face: () => Face): void {
  the
    .command('dismiss')
    .argument('<case>', 'id of the case', asId('case'))
    .description('Do not hold the use against the customer; the same behaviour opens no case up to --until.')
    .requiredOption('--reason <text>', 'why')
    .requiredOption('--until <day>', 'last day, inclusive', asDay('--until'))
    .option('--by <person>', 'who decides; default the login')
    .addHelpText(
      'after',
      '\nExample: fairline fair-use case dismiss CASE --reason "one-off event" --until 2026-12-31',
    )
    .action(async (id: string, { by, reason, until }: By & { reason: string; until: LocalDate }) => {
      const { DismissCase } = await import('#fair-use/case/dismiss-case/dismiss-case.js');
      await decide(face(), new DismissCase(id, whoActs(by), reason, until));
    });
  the
    .command('close')
    .argument('<case>', 'id of the case', asId('case'))
    .description('End a case that ran its course: cured, or its measure applied.')
    .option('--reason <text>', 'why')
    .option('--by <person>', 'who decides; default the login')
    .addHelpText('after', '\nExample: fairline fair-use case close CASE')
    .action(async (id: string, { by, reason }: By & { reason?: string }) => {
      const { CloseCase } = await import('#fair-use/case/close-case/close-case.js');
      await decide(face(), new CloseCase(id, whoActs(by), reason ?? null));
    });
}

/** Prints where the case stands once everything that follows from the decision has happened. */
export async function decide(face: Face, command: BusCommand<Outcome<CaseDecision>>): Promise<void> {
  const decision = await face.withProgram(async ({ commands }) => valueOf(await commands.execute(command)), {
    decides: true,
  });
  const { caseId, status, changed, ...ids } = decision;
  const more = Object.entries(ids).map(([name, id]) => `, ${name} ${String(id)}`);
  await face.print({
    document: { case: caseId, status, changed, ...ids },
    human: changed
      ? `Case ${caseId} is ${status}${more.join('')}.`
      : `Case ${caseId} was ${status} already; nothing changed.`,
  });
}
