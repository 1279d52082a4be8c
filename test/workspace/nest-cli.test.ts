import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { REPOSITORY, readText } from './repository-files.js';

const NestCli = z.object({
  monorepo: z.literal(true),
  compilerOptions: z.object({
    builder: z.object({
      type: z.literal('swc'),
      options: z.object({ swcrcPath: z.string(), outDir: z.string(), filenames: z.array(z.string()) }),
    }),
  }),
  projects: z.record(
    z.string(),
    z.object({
      type: z.literal('application'),
      root: z.string(),
      sourceRoot: z.string(),
      entryFile: z.string(),
    }),
  ),
});

const { compilerOptions, projects } = NestCli.parse(JSON.parse(readText('nest-cli.json')));
const { scripts } = z
  .object({ scripts: z.object({ build: z.string() }) })
  .parse(JSON.parse(readText('package.json')));

describe('nest-cli.json', () => {
  it('names each program in apps/ and no other', () => {
    const programs = readdirSync(join(REPOSITORY, 'apps'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(REPOSITORY, 'apps', entry.name, 'main.ts')))
      .map((entry) => entry.name);
    expect(Object.keys(projects).sort()).toEqual(programs.sort());
    for (const [name, project] of Object.entries(projects)) {
      expect(project).toMatchObject({ root: `apps/${name}`, sourceRoot: `apps/${name}`, entryFile: 'main' });
    }
  });

  it('builds what npm run build builds', () => {
    const { filenames, outDir, swcrcPath } = compilerOptions.builder.options;
    expect(scripts.build).toMatch(new RegExp(`^swc ${filenames.join(' ')} --out-dir ${outDir} `));
    expect(existsSync(join(REPOSITORY, swcrcPath))).toBe(true);
  });
});
