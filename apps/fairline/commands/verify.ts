import type { Command } from 'commander';
import { type Face, PartlyRefused } from '../face.js';
import { Progress } from '../progress.js';
import { counted, table, withSeparators } from '../table.js';

export function verifyCommand(program: Command, face: () => Face): void {
  program
    .command('verify')
    .description(
      'Recompute read models, ratings, totals and drafts from the call log and the events, and compare. Ends with 1 when anything differs.',
    )
    .addHelpText('after', '\nExample: fairline verify --json')
    .action(() => verify(face()));
}

async function verify(face: Face): Promise<void> {
  const { differencesIn, verifyEverything } = await import('../../checks.js');
  const progress = new Progress(face.terminal, 'checks');
  const verification = await face.withProgram((program) =>
    verifyEverything(program, { onCheck: (done) => progress.update(done), signal: face.terminal.signal }),
  );
  progress.end();
  const rows = verification.checks.map(({ name, compared, differences }) => [
    name,
    withSeparators(compared),
    differences.length === 0 ? 'agrees' : counted(differences.length, 'difference'),
  ]);
  const answer = {
    document: verification,
    human: [
      table([{ title: 'check' }, { title: 'compared', align: 'right' }, { title: '' }], rows),
      ...verification.checks.flatMap(({ name, differences }) => differences.map((one) => `${name}: ${one}`)),
    ].join('\n'),
  };
  const differences = differencesIn(verification);
  if (differences === 0) return face.print(answer);
  throw new PartlyRefused(
    {
      code: 'differences-found',
      message: `${counted(differences, 'difference')} found; each is listed with where it is. "fairline rebuild" fills read models again.`,
    },
    answer,
  );
}
