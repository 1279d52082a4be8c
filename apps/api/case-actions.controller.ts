import { Body, Controller, Param, Post } from '@nestjs/common';
import { type Command, CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { RecordMeasureApplied } from '#fair-use/case/apply-measure/record-measure-applied.js';
import { ApproveMeasure } from '#fair-use/case/approve-measure/approve-measure.js';
import { CloseCase } from '#fair-use/case/close-case/close-case.js';
import { DismissCase } from '#fair-use/case/dismiss-case/dismiss-case.js';
import { GrantException } from '#fair-use/case/grant-exception/grant-exception.js';
import { ProposeMeasure } from '#fair-use/case/propose-measure/propose-measure.js';
import { RequestNotice } from '#fair-use/case/request-notice/request-notice.js';
import type { CaseDecision as Decision } from '#fair-use/case/store/case-book.js';
import { UndoMeasure } from '#fair-use/case/undo-measure/undo-measure.js';
import { normaliseNumber } from '#numbering/phone-number.js';
import type { Outcome } from '#outcome/outcome.js';
import { CaseDecision } from './answers.js';
import { Operation } from './operation.js';
import { ProblemException, problem, valueOf } from './problem.js';
import {
  CloseAction,
  DismissAction,
  ExceptionAction,
  Id,
  MeasureAction,
  NoticeAction,
  ProposalAction,
  ReasonAction,
  day,
} from './schemas.js';

const decision = (id: string, summary: string) =>
  Operation({ id, summary, answer: CaseDecision, problems: [404, 409] });

/** What follows from a decision (a letter, a re-rating) follows through the feed, after the answer. */
@ApiTags('Fair use')
@Controller('v1/fair-use/cases/:case')
export class CaseActionsController {
  constructor(private readonly commands: CommandBus) {}

  @Post('notice')
  @decision('requestNotice', 'Have the customer told.')
  async notice(
    @Param('case', { schema: Id }) id: string,
    @Body({ schema: NoticeAction }) { by, ...request }: z.infer<typeof NoticeAction>,
  ) {
    return this.decide(new RequestNotice(id, by, request));
  }

  @Post('measure/propose')
  @decision('proposeMeasure', 'Propose a measure; another person approves it.')
  async propose(
    @Param('case', { schema: Id }) id: string,
    @Body({ schema: ProposalAction }) { by, from, ...proposal }: z.infer<typeof ProposalAction>,
  ) {
    return this.decide(
      new ProposeMeasure(id, by, { ...proposal, ...(from === undefined ? {} : { from: day(from) }) }),
    );
  }

  @Post('measure/approve')
  @decision('approveMeasure', 'Approve the proposed measure; it is then carried out.')
  async approve(
    @Param('case', { schema: Id }) id: string,
    @Body({ schema: MeasureAction }) { by, measureId }: z.infer<typeof MeasureAction>,
  ) {
    return this.decide(new ApproveMeasure(id, by, measureId));
  }

  @Post('measure/applied')
  @decision('recordMeasureApplied', 'Record that a limit or suspension is in force.')
  async applied(
    @Param('case', { schema: Id }) id: string,
    @Body({ schema: MeasureAction }) { by, measureId }: z.infer<typeof MeasureAction>,
  ) {
    return this.decide(new RecordMeasureApplied(id, by, measureId));
  }

  @Post('measure/undo')
  @decision('undoMeasure', 'Take back a measure in force, or a proposal that nobody has approved.')
  async undo(
    @Param('case', { schema: Id }) id: string,
    @Body({ schema: ReasonAction }) { by, reason }: z.infer<typeof ReasonAction>,
  ) {
    return this.decide(new UndoMeasure(id, by, reason));
  }

  @Post('dismiss')
  @decision('dismissCase', 'Do not hold the use against the customer.')
  async dismiss(
    @Param('case', { schema: Id }) id: string,
    @Body({ schema: DismissAction }) { by, reason, until }: z.infer<typeof DismissAction>,
  ) {
    return this.decide(new DismissCase(id, by, reason, day(until)));
  }

  @Post('exception')
  @decision('grantException', 'Except a use from the rules for a time.')
  async except(
    @Param('case', { schema: Id }) id: string,
    @Body({ schema: ExceptionAction }) { by, until, number, ...grant }: z.infer<typeof ExceptionAction>,
  ) {
    const normalised = number === undefined ? undefined : normaliseNumber(number);
    if (number !== undefined && normalised === undefined) {
      throw new ProblemException(
        problem(422, 'invalid-number', `number "${number}" is no number such as +31201234567.`),
      );
    }
    return this.decide(
      new GrantException(id, by, {
        ...grant,
        until: day(until),
        ...(normalised === undefined ? {} : { number: normalised }),
      }),
    );
  }

  @Post('close')
  @decision('closeCase', 'End a case that ran its course.')
  async close(
    @Param('case', { schema: Id }) id: string,
    @Body({ schema: CloseAction }) { by, reason }: z.infer<typeof CloseAction>,
  ) {
    return this.decide(new CloseCase(id, by, reason ?? null));
  }

  private async decide(command: Command<Outcome<Decision>>): Promise<Decision> {
    return valueOf(await this.commands.execute(command));
  }
}
