import type { Command } from 'commander';
import type { ShownCall } from '#call-log/show-calls/show-calls.js';
import type { LocalDate } from '#calendar/local-date.js';
import { asDay, asKey, inOrder } from '../arguments.js';
import { type Face, valueOf } from '../face.js';
import { clockTime } from '../table.js';
import { write } from '../terminal.js';

interface DaysOption {
  readonly from: LocalDate;
  readonly to: LocalDate;
}

export function callsCommand(program: Command, face: () => Face): void {
  program
    .command('calls')
    .argument('<account>', 'id of the account', asKey('account'))
    .description(
      'The rated calls of an account, in order of their start. --json gives JSON Lines, one call per line.',
    )
    .requiredOption('--from <day>', 'first day', asDay('--from'))
    .requiredOption('--to <day>', 'last day, inclusive', asDay('--to'))
    .addHelpText(
      'after',
      '\nExample: fairline calls A1001 --from 2026-10-01 --to 2026-10-31 --json > october.jsonl',
    )
    .action((account: string, days: DaysOption) => showCalls(face(), account, days));
}

/** Page by page: a month of a call centre stays out of memory. */
async function showCalls(face: Face, account: string, { from, to }: DaysOption): Promise<void> {
  inOrder(from, to);
  const { ShowCalls } = await import('#call-log/show-calls/show-calls.js');
  const { stdout, signal } = face.terminal;
  await face.withProgram(async ({ queries }) => {
    const pages = valueOf(await queries.execute(new ShowCalls(account, from, to)));
    let shown = 0;
    if (!face.json) await write(stdout, `${HEADING}\n`);
    for await (const page of pages) {
      if (signal.aborted) return;
      const lines = page.map((call) => (face.json ? JSON.stringify(call) : line(call)));
      await write(stdout, `${lines.join('\n')}\n`);
      shown += page.length;
    }
    if (!face.json) face.tell(`${shown} call(s) from ${from} through ${to}`);
  });
}

const HEADING = line({
  startedAt: 'started',
  from: 'from',
  to: 'to',
  class: 'class',
  durationSeconds: 'talk',
  charge: 'charge €',
  regularCharge: 'regular €',
  covered: '',
});

function line(
  call: {
    readonly [Key in 'startedAt' | 'from' | 'to' | 'class' | 'charge' | 'regularCharge']: ShownCall[Key];
  } & { readonly durationSeconds: number | string; readonly covered: boolean | '' },
): string {
  const talk =
    typeof call.durationSeconds === 'number' ? clockTime(call.durationSeconds) : call.durationSeconds;
  return [
    call.startedAt.padEnd(25),
    (call.from ?? 'anonymous').padEnd(16),
    call.to.padEnd(16),
    (call.class ?? '-').padEnd(12),
    talk.padStart(9),
    call.charge.padStart(10),
    call.regularCharge.padStart(10),
    call.covered === true ? ' covered' : '',
  ]
    .join(' ')
    .trimEnd();
}
