import type { Command } from 'commander';
import { DIRECTION_RULES } from '#call-log/formats/direction.js';
import { ACCOUNT_CODE_RULES, CALL_FORMATS } from '#call-log/formats/file-reading.js';
import { AMBIGUOUS_RULES } from '#call-log/formats/local-time.js';
import { type ReadingOptions, readingFrom } from '#call-log/formats/reading-options.js';
import type { BatchCounts } from '#call-log/store-batch/batch.js';
import { asChoice } from '../arguments.js';
import { type Answer, type Face, PartlyRefused, valueOf } from '../face.js';
import { Progress } from '../progress.js';
import { counted, withSeparators } from '../table.js';

const EXAMPLES = `
Example: fairline load calls october.jsonl november.jsonl.gz --json
Example: fairline load calls Master.csv --format asterisk --source pbx-1 --time-zone Europe/Amsterdam
Example: fairline load calls cdr.log --format 3cx --source office --time-zone Europe/Amsterdam --columns historyid,callid,duration,time-start,time-answered,time-end,reason-terminated,from-no,to-no,from-dn,to-dn,dial-no`;

export function loadCallsCommand(load: Command, face: () => Face): void {
  load
    .command('calls <file...>')
    .description(
      'Call records (JSON Lines, or CSV of a switch; .gz too). Each is stored exactly once, rated and counted; what can not be taken is quarantined with the reason.',
    )
    .option(
      '--format <format>',
      `one of ${CALL_FORMATS.join(', ')}`,
      asChoice('--format', CALL_FORMATS),
      'fairline',
    )
    .option('--source <name>', 'the switch, for formats whose rows do not name it')
    .option('--time-zone <zone>', 'of local times, such as Europe/Amsterdam, or UTC')
    .option(
      '--ambiguous <rule>',
      `the hour that exists twice in autumn: ${AMBIGUOUS_RULES.join(', ')}`,
      asChoice('--ambiguous', AMBIGUOUS_RULES),
      'quarantine',
    )
    .option(
      '--columns <names>',
      'of 3cx and asterisk-custom: the columns in order, with commas; - for one to skip',
    )
    .option(
      '--direction <rule>',
      `what the calls are to the account: ${DIRECTION_RULES.join(', ')}`,
      asChoice('--direction', DIRECTION_RULES),
      'auto',
    )
    .option('--contexts <pairs>', 'of the dial plan: from-trunk=inbound,from-internal=outbound')
    .option(
      '--account-code <meaning>',
      `what the switch's account code is here: ${ACCOUNT_CODE_RULES.join(', ')}`,
      asChoice('--account-code', ACCOUNT_CODE_RULES),
      'account',
    )
    .addHelpText('after', EXAMPLES)
    .action((files: string[], options: ReadingOptions) => loadCalls(face(), files, options));
}

async function loadCalls(face: Face, files: readonly string[], reading: ReadingOptions): Promise<void> {
  // Wrong usage is told before a database is opened.
  valueOf(readingFrom(reading));
  const { LoadCalls } = await import('#call-log/load-calls/load-calls.js');
  const progress = new Progress(face.terminal, 'records');
  const notices: string[] = [];
  const outcome = await face.withProgram(({ commands }) =>
    commands.execute(
      new LoadCalls(files, {
        reading,
        signal: face.terminal.signal,
        onProgress: ({ read }) => progress.update(read),
        onNotice: (sentence) => notices.push(sentence),
      }),
    ),
  );
  progress.end();
  for (const notice of notices) face.tell(`warning: ${notice}`);
  if (!outcome.ok) {
    const { details } = outcome.refusal;
    throw isCounts(details) ? new PartlyRefused(outcome.refusal, answerOf(details)) : valueOf(outcome);
  }
  const counts = outcome.value;
  const answer = answerOf(counts);
  if (face.terminal.signal.aborted) {
    throw new PartlyRefused(
      {
        code: 'interrupted',
        message: `Stopped after ${counted(counts.read, 'record')}; they are stored. Give the same command again to go on: nothing is stored twice.`,
      },
      answer,
    );
  }
  await face.print(answer);
}

/** A file that turned out to be changed or broken on the way: what was stored of it is told beside the refusal. */
function isCounts(details: unknown): details is BatchCounts {
  return typeof details === 'object' && details !== null && 'read' in details && 'quarantined' in details;
}

function answerOf(counts: BatchCounts): Answer {
  return { document: counts, human: describeCounts(counts) };
}

function describeCounts(counts: BatchCounts): string {
  const rows: [string, number][] = [
    ['read', counts.read],
    ['accepted', counts.accepted],
    ['duplicates', counts.duplicates],
    ...Object.entries(counts.quarantined).map(([code, count]): [string, number] => [
      `quarantined: ${code}`,
      count ?? 0,
    ]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const digits = Math.max(...rows.map(([, count]) => withSeparators(count).length));
  return rows
    .map(([name, count]) => `${name.padEnd(width)}  ${withSeparators(count).padStart(digits)}`)
    .join('\n');
}
