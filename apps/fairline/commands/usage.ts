import type { Command } from 'commander';
import type { LocalDate } from '#calendar/local-date.js';
import { formatMicroEuros, parseMicroEuros, sumMicroEuros } from '#money/money.js';
import type { UsageOfAccount } from '#usage/show-usage/show-usage.js';
import { asDay, asKey, inOrder } from '../arguments.js';
import { type Face, valueOf } from '../face.js';
import { clockTime, table, withSeparators } from '../table.js';

interface DaysOption {
  readonly from: LocalDate;
  readonly to: LocalDate;
}

export function usageCommand(program: Command, face: () => Face): void {
  program
    .command('usage')
    .argument('<account>', 'id of the account', asKey('account'))
    .description('Usage of an account per day and class. Talk time counts on the day on which it fell.')
    .requiredOption('--from <day>', 'first day', asDay('--from'))
    .requiredOption('--to <day>', 'last day, inclusive', asDay('--to'))
    .addHelpText('after', '\nExample: fairline usage A1001 --from 2026-10-01 --to 2026-10-31')
    .action((account: string, days: DaysOption) => showUsage(face(), account, days));
}

async function showUsage(face: Face, account: string, { from, to }: DaysOption): Promise<void> {
  inOrder(from, to);
  const { ShowUsage } = await import('#usage/show-usage/show-usage.js');
  const usage = await face.withProgram(async ({ queries }) =>
    valueOf(await queries.execute(new ShowUsage(account, from, to))),
  );
  await face.print({ document: usage, human: describe(usage, from, to) });
}

function describe(usage: UsageOfAccount, from: LocalDate, to: LocalDate): string {
  if (usage.days.length === 0) return `${usage.account} used nothing from ${from} through ${to}.`;
  const rows = usage.days.map((day) => [
    day.day,
    day.class,
    withSeparators(day.calls),
    withSeparators(day.included),
    clockTime(day.seconds),
    day.charge,
    day.regularCharge,
  ]);
  const sum = (pick: (day: UsageOfAccount['days'][number]) => number) =>
    usage.days.reduce((total, day) => total + pick(day), 0);
  rows.push([
    'total',
    '',
    withSeparators(sum((day) => day.calls)),
    withSeparators(sum((day) => day.included)),
    clockTime(sum((day) => day.seconds)),
    total(usage.days.map((day) => day.charge)),
    total(usage.days.map((day) => day.regularCharge)),
  ]);
  return table(
    [
      { title: 'day' },
      { title: 'class' },
      { title: 'calls', align: 'right' },
      { title: 'covered', align: 'right' },
      { title: 'talk time', align: 'right' },
      { title: 'charge €', align: 'right' },
      { title: 'regular €', align: 'right' },
    ],
    rows,
  );
}

function total(amounts: readonly string[]): string {
  return formatMicroEuros(sumMicroEuros(amounts.map(exact)));
}

function exact(amount: string) {
  const parsed = parseMicroEuros(amount);
  if (parsed === undefined) throw new Error(`${amount} was shown as an amount and is none`);
  return parsed;
}
