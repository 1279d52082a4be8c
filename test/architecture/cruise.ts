import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

const CRUISER = join(REPOSITORY, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');

const Report = z.object({
  summary: z.object({
    totalCruised: z.int(),
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
  modules: z.array(
    z.object({ source: z.string(), dependencies: z.array(z.object({ resolved: z.string() })) }),
  ),
});

export interface Cruise {
  /** `rule: importing file -> imported file`, sorted. */
  readonly violations: readonly string[];
  readonly modules: readonly { readonly source: string; readonly imports: readonly string[] }[];
}

/** Applies the rules of a directory's `.dependency-cruiser.cjs` to the sources in it. */
export function cruise(directory: string): Cruise {
  const folders = ['apps', 'libs', 'bench', 'test'].filter((folder) => existsSync(join(directory, folder)));
  const run = spawnSync(process.execPath, [CRUISER, '--output-type', 'json', ...folders], {
    cwd: directory,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (run.stdout === '') throw new Error(`dependency-cruiser failed: ${run.stderr}`);
  const report = Report.parse(JSON.parse(run.stdout));
  return {
    violations: report.summary.violations
      .map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)
      .sort((a, b) => (a < b ? -1 : 1)),
    modules: report.modules.map(({ source, dependencies }) => ({
      source,
      imports: dependencies.map(({ resolved }) => resolved),
    })),
  };
}
