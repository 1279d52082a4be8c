import type { Command } from 'commander';
import type { Instant } from '#calendar/instant.js';
import { asInstant, asKey, asWholeNumber } from '../arguments.js';
import { type Face, valueOf } from '../face.js';

const MAXIMUM_SECONDS = 7 * 24 * 3_600;

interface RateOptions {
  readonly tariff: string;
  readonly to: string;
  readonly at: Instant;
  readonly seconds: number;
}

export function rateCommand(program: Command, face: () => Face): void {
  program
    .command('rate')
    .description('Explain the price of one call on a tariff, part by part.')
    .requiredOption('--tariff <tariff>', 'id of the tariff', asKey('--tariff'))
    .requiredOption('--to <number>', 'number called: +31201234567, or as dialled in the Netherlands')
    .requiredOption('--at <instant>', 'when it was answered, with offset', asInstant('--at'))
    .requiredOption(
      '--seconds <seconds>',
      'talk time, 1 to 604800',
      asWholeNumber('--seconds', 1, MAXIMUM_SECONDS),
    )
    .addHelpText(
      'after',
      '\nExample: fairline rate --tariff regular --to +31612345678 --at 2026-10-05T18:59:00+02:00 --seconds 180',
    )
    .action((options: RateOptions) => explain(face(), options));
}

async function explain(face: Face, options: RateOptions): Promise<void> {
  const { ExplainRate } = await import('#rating/explain-rate/explain-rate.js');
  const { describePrice } = await import('#rating/domain/explain-price.js');
  const { formatMicroEuros } = await import('#money/money.js');
  const price = await face.withProgram(async ({ queries }) =>
    valueOf(await queries.execute(new ExplainRate(options))),
  );
  await face.print({
    document: { ...price, charge: formatMicroEuros(price.charge) },
    human: describePrice(price).join('\n'),
  });
}
