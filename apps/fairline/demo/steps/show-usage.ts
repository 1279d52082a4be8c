import type { LocalDate } from '#calendar/local-date.js';
import { formatCents, microEuros, toCents } from '#money/money.js';
import { table } from '../../table.js';
import type { Demo } from '../demo.js';
import { euro, hours, number } from '../story.js';

/** What all customers used, by destination class. */
export async function showUsage(
  { story, running }: Demo,
  from: LocalDate,
  through: LocalDate,
): Promise<void> {
  const rows = await running.program.database.query<{
    class: string;
    calls: number;
    seconds: number;
    charge: number;
    regular: number;
  }>(
    `SELECT class, sum(calls)::bigint AS calls, sum(seconds)::bigint AS seconds, sum(charge)::bigint AS charge,
       sum(regular_charge)::bigint AS regular
     FROM usage.current WHERE day BETWEEN $1 AND $2 GROUP BY class ORDER BY sum(seconds) DESC LIMIT 6`,
    [from, through],
  );
  const amount = (micro: number) => euro(formatCents(toCents(microEuros(micro))));
  story.line(`Usage from ${from} through ${through}, the largest classes:`);
  story.block(
    table(
      [
        { title: 'class' },
        { title: 'calls', align: 'right' },
        { title: 'talk', align: 'right' },
        { title: 'charged', align: 'right' },
        { title: 'at regular tariffs', align: 'right' },
      ],
      rows.map((row) => [
        row.class,
        number(row.calls),
        hours(row.seconds),
        amount(row.charge),
        amount(row.regular),
      ]),
    ),
    '     ',
  );
}
