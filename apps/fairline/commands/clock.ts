import type { Command } from 'commander';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import type { Instant } from '#calendar/instant.js';
import { asInstant } from '../arguments.js';
import { type Face, valueOf } from '../face.js';

export function clockCommand(program: Command, face: () => Face): void {
  program
    .command('clock')
    .description(
      "Show the business clock, which stamps all decisions, or step it forward. It is the machine's clock until it is stepped; then it stands still. For trials and tests: it never goes back.",
    )
    .option('--step-to <instant>', 'the instant to stand at, with offset', asInstant('--step-to'))
    .addHelpText('after', '\nExample: fairline clock --step-to 2026-11-01T06:30:00+01:00')
    .action(({ stepTo }: { stepTo?: Instant }) => showOrStep(face(), stepTo));
}

async function showOrStep(face: Face, stepTo: Instant | undefined): Promise<void> {
  const now = await face.withProgram(async ({ clock }) => {
    if (stepTo !== undefined) valueOf(await clock.stepTo(stepTo));
    return clock.now();
  });
  await face.print({
    document: { now: AMSTERDAM.format(now), day: AMSTERDAM.localDateAt(now) },
    human: `The business clock stands at ${AMSTERDAM.format(now)}.`,
  });
}
