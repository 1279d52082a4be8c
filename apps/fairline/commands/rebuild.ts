import type { Command } from 'commander';
import { type Face, PartlyRefused, valueOf } from '../face.js';
import { Progress } from '../progress.js';
import { counted } from '../table.js';

export function rebuildCommands(program: Command, face: () => Face): void {
  const rebuild = program.command('rebuild').description('Fill a read model again from the logs.');
  rebuild
    .command('usage')
    .description(
      'Usage per account, day and class: in a version beside the live one, which is then switched.',
    )
    .addHelpText('after', '\nExample: fairline rebuild usage')
    .action(() => rebuildUsage(face()));
  rebuild
    .command('cases')
    .description('Cases, from their events.')
    .addHelpText('after', '\nExample: fairline rebuild cases')
    .action(() => rebuildCases(face()));
}

async function rebuildUsage(face: Face): Promise<void> {
  const { RebuildUsage } = await import('#usage/rebuild-usage/rebuild-usage.js');
  const progress = new Progress(face.terminal, 'buckets', 256);
  const { signal } = face.terminal;
  const done = await face.withProgram(async ({ commands }) =>
    valueOf(
      await commands.execute(
        new RebuildUsage({ signal, onProgress: ({ buckets }) => progress.update(buckets) }),
      ),
    ),
  );
  progress.end();
  const answer = {
    document: { readModel: 'usage', ...done },
    human: `Usage is filled again from ${counted(done.entries, 'entry', 'entries')} of the log (${done.buckets} of ${done.ofBuckets} buckets).`,
  };
  if (!signal.aborted) return face.print(answer);
  throw new PartlyRefused(
    {
      code: 'interrupted',
      message: 'Stopped; what was live stays live. Give the command again to start anew.',
    },
    answer,
  );
}

async function rebuildCases(face: Face): Promise<void> {
  const { rebuildCaseFiles } = await import('#fair-use/case/store/rebuild-case-files.js');
  const cases = await face.withProgram(({ database, store }) => rebuildCaseFiles(database, store));
  await face.print({
    document: { readModel: 'cases', cases },
    human: `${counted(cases, 'case')} filled again from their events.`,
  });
}
