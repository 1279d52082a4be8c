import { basename } from 'node:path';
import { LoadAccounts } from '#accounts/load-accounts/load-accounts.js';
import { LoadCalls } from '#call-log/load-calls/load-calls.js';
import { LoadCatalogue } from '#catalogue/load-catalogue/load-catalogue.js';
import { LoadTariff } from '#rating/load-tariff/load-tariff.js';
import { valueOf } from '../../face.js';
import type { Demo } from '../demo.js';
import { number } from '../story.js';

/** Plans and policy, prices, customers: what calls are rated by. */
export async function loadReferenceData({ story, running, simulation }: Demo): Promise<void> {
  const { commands } = running.program;
  valueOf(await commands.execute(new LoadCatalogue(simulation.catalogue)));
  const tariff = valueOf(await commands.execute(new LoadTariff(simulation.tariff)));
  const accounts = valueOf(await commands.execute(new LoadAccounts(simulation.accounts)));
  story.line(
    `Loaded: the catalogue, ${tariff.loaded.join(' and ')}, ${number(accounts.loaded.length)} customers and resellers`,
  );
}

/** One file of calls, each record stored exactly once, rated and counted. */
export async function loadCalls({ story, running }: Demo, file: string): Promise<void> {
  const { commands, database } = running.program;
  const startedAt = performance.now();
  const counts = valueOf(await commands.execute(new LoadCalls([file])));
  const seconds = (performance.now() - startedAt) / 1000;
  story.line(
    `${number(counts.read)} records of ${basename(file)} in ${seconds.toFixed(1)} s: stored, rated and counted at ${number(counts.read / seconds)} per second`,
  );
  const quarantined = Object.entries(counts.quarantined);
  story.line(
    `${number(counts.accepted)} accepted, ${number(counts.duplicates)} sent twice, ${number(quarantined.reduce((sum, [, count]) => sum + count, 0))} quarantined${quarantined.length > 0 ? ':' : ''}`,
  );
  for (const [code, count] of quarantined) {
    const [example] = await database.query<{ reason: string }>(
      'SELECT reason FROM ingest.quarantine WHERE code = $1 AND origin = $2 ORDER BY at_position LIMIT 1',
      [code, `file:${basename(file)}`],
    );
    story.line(`  ${String(count).padStart(3)} ${code.padEnd(16)} ${example?.reason ?? ''}`);
  }
}
