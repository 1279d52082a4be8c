import { PrefixIndex } from './prefix-index.js';
import type { PrefixRate } from './tariff.js';

/** The ranges of the Dutch numbering plan that are priced apart, each with a number that lies in it (contracts section 2, Tariff). */
const DUTCH_RANGES: readonly { readonly range: string; readonly example: string }[] = [
  { range: 'geographic', example: '+31201234567' },
  { range: '06 mobile', example: '+31612345678' },
  { range: '066 pagers', example: '+31662345678' },
  { range: '0676 internet', example: '+31676123456' },
  { range: '082 virtual private', example: '+31821234567' },
  { range: '084 personal assistant', example: '+31841234567' },
  { range: '085 location independent', example: '+31851234567' },
  { range: '087 personal assistant', example: '+31871234567' },
  { range: '088 company', example: '+31881234567' },
  { range: '091 electronic', example: '+31911234567' },
  { range: '097 machine to machine', example: '+31971234567' },
  { range: '0800 free', example: '+318001234' },
  { range: '0900 information', example: '+319001234567' },
  { range: '0906 adult', example: '+319061234567' },
  { range: '0909 entertainment', example: '+319091234567' },
  { range: '14x municipalities', example: '14020' },
  { range: '116 social value', example: '116123' },
  { range: '18xx directory', example: '1850' },
];

export interface DutchRange {
  readonly range: string;
  readonly class: string | null;
  readonly prefix: string | null;
}

/** Which class each Dutch range falls into under a deck; finance sees at once what it forgot to price. */
export function dutchRangesOf(rates: readonly PrefixRate[]): DutchRange[] {
  const index = new PrefixIndex(rates.map((rate) => rate.prefix));
  return DUTCH_RANGES.map(({ range, example }) => {
    const rate = rates[index.find(example)];
    return { range, class: rate?.class ?? null, prefix: rate?.prefix ?? null };
  });
}

/** A range that only the prefix of the whole country matches costs what a geographic call costs: rarely meant. */
export function warningsOf(tariff: string, validFrom: string, ranges: readonly DutchRange[]): string[] {
  return ranges
    .filter(({ range, prefix }) => prefix === '+31' && range !== 'geographic')
    .map(
      ({ range, class: destinationClass }) =>
        `Tariff ${tariff} of ${validFrom}: ${range} only matches +31 and falls into ${destinationClass}.`,
    );
}
