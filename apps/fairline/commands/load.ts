import type { Command as BusCommand } from '@nestjs/cqrs';
import type { Command } from 'commander';
import type { LoadReport } from '#catalogue/load-catalogue/load-catalogue.js';
import { type Outcome, RefusedError, type Refusal } from '#outcome/outcome.js';
import { readTextFile } from '../arguments.js';
import { type Answer, type Face, PartlyRefused, valueOf } from '../face.js';
import { withSeparators } from '../table.js';
import { loadCallsCommand } from './load-calls.js';

export function loadCommands(program: Command, face: () => Face): void {
  const load = program
    .command('load')
    .description(
      'Load the catalogue, tariffs, accounts or calls from files. Loading a file again changes nothing.',
    );
  load
    .command('catalogue <file...>')
    .description('Plans, add-ons, periods, VAT rates and fair-use policies (YAML). A version never changes.')
    .addHelpText('after', '\nExample: fairline load catalogue catalogue.yaml')
    .action(async (files: string[]) => {
      const { LoadCatalogue } = await import('#catalogue/load-catalogue/load-catalogue.js');
      await loadReference(face(), files, (text) => new LoadCatalogue(text));
    });
  load
    .command('tariff <file...>')
    .description('Prices per prefix (CSV). One tariff and valid_from is one version, which never changes.')
    .addHelpText('after', '\nExample: fairline load tariff tariff-regular.csv')
    .action(async (files: string[]) => {
      const { LoadTariff } = await import('#rating/load-tariff/load-tariff.js');
      await loadReference(face(), files, (text) => new LoadTariff(text));
    });
  load
    .command('accounts <file...>')
    .description(
      'Resellers, accounts, numbers, users and subscriptions (JSON Lines or CSV). A changed record needs effectiveFrom.',
    )
    .addHelpText('after', '\nExample: fairline load accounts accounts.jsonl')
    .action(async (files: string[]) => {
      const { LoadAccounts } = await import('#accounts/load-accounts/load-accounts.js');
      await loadReference(face(), files, (text) => new LoadAccounts(text));
    });
  loadCallsCommand(load, face);
}

/** Each file is loaded whole or not at all; after the first refusal no further file is tried. */
async function loadReference(
  face: Face,
  files: readonly string[],
  commandFor: (text: string) => BusCommand<Outcome<LoadReport>>,
): Promise<void> {
  const texts: { file: string; text: string }[] = [];
  for (const file of files) texts.push({ file, text: valueOf(await readTextFile(file)) });
  const total = { loaded: [], unchanged: [], changed: [], refused: [], warnings: [] } as {
    -readonly [Key in keyof LoadReport]: LoadReport[Key][number][];
  };
  const refusal = await face.withProgram(
    async ({ commands }): Promise<Refusal | undefined> => {
      for (const { file, text } of texts) {
        const outcome = await outcomeOf(() => commands.execute(commandFor(text)));
        if (!outcome.ok) {
          total.refused.push(...refusedItems(file, outcome.refusal));
          return { ...outcome.refusal, message: `${file}: ${outcome.refusal.message}` };
        }
        total.loaded.push(...outcome.value.loaded);
        total.unchanged.push(...outcome.value.unchanged);
        total.changed.push(...outcome.value.changed);
        total.warnings.push(...outcome.value.warnings);
      }
      return undefined;
    },
    { decides: true },
  );
  for (const warning of total.warnings) face.tell(`warning: ${warning}`);
  const answer: Answer = { document: total, human: describeLoad(total) };
  if (refusal !== undefined) throw new PartlyRefused(refusal, answer);
  await face.print(answer);
}

/** Handlers may throw a refusal where it has to roll back. */
async function outcomeOf<T>(work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RefusedError) return { ok: false, refusal: error.refusal };
    throw error;
  }
}

/** A refusal that lists its items lists them here too; else the file is the item. */
function refusedItems(file: string, refusal: Refusal): { item: string; reason: string }[] {
  const { details } = refusal;
  const items = Array.isArray(details)
    ? details.filter(
        (one: unknown): one is { item: string; reason: string } =>
          typeof one === 'object' && one !== null && 'item' in one && 'reason' in one,
      )
    : [];
  return items.length > 0 ? items : [{ item: file, reason: refusal.message }];
}

function describeLoad(report: LoadReport): string {
  const lines = (['loaded', 'changed', 'unchanged'] as const)
    .filter((what) => report[what].length > 0)
    .map((what) => `${what.padEnd(9)} ${shortList(report[what])}`);
  for (const { item, reason } of report.refused) lines.push(`refused   ${item}: ${reason}`);
  return lines.join('\n');
}

function shortList(items: readonly string[]): string {
  const shown = items.slice(0, 8).join(', ');
  return items.length > 8 ? `${withSeparators(items.length)}: ${shown}, …` : shown;
}
