import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type Cruise, REPOSITORY, cruise } from './cruise.js';

const { FLOORS, SIMULATION } = z
  .object({ FLOORS: z.array(z.array(z.string())), SIMULATION: z.string() })
  .parse(createRequire(import.meta.url)('./floors.cjs'));

describe('the architecture rules', () => {
  let house: Cruise;
  beforeAll(() => {
    house = cruise(REPOSITORY);
  });

  it('hold for every import', () => {
    expect(house.violations).toEqual([]);
  });

  it('see the imports between libs, as TypeScript sources', () => {
    const catalogue = house.modules.find(({ source }) => source === 'libs/catalogue/domain/catalogue.ts');
    expect(catalogue?.imports).toContain('libs/money/money.ts');
    expect(house.modules.filter(({ source }) => source.startsWith('dist/'))).toEqual([]);
  });

  it('know the floor of every lib', () => {
    const present = readdirSync(join(REPOSITORY, 'libs'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    const known = new Set([...FLOORS.flat(), SIMULATION]);
    expect(present.filter((name) => !known.has(name))).toEqual([]);
  });

  it('are written down as they are', () => {
    const page = readFileSync(join(REPOSITORY, 'docs/reference/architecture-rules.md'), 'utf8');
    const { forbidden } = z
      .object({ forbidden: z.array(z.object({ name: z.string() })) })
      .parse(createRequire(import.meta.url)('../../.dependency-cruiser.cjs'));
    const unnamed = forbidden
      .map(({ name }) => name)
      .filter((name) => !name.startsWith('floor-') && !page.includes(`\`${name}\``));
    expect(unnamed).toEqual([]);
    FLOORS.forEach((floor, height) => {
      expect(page).toMatch(new RegExp(`\\| ${height} +\\| ${floor.join(', ')} +\\|`));
    });
  });
});

/** Sources that break one rule each; the rules must find all of them and nothing else. */
const PLANTED: Readonly<Record<string, string>> = {
  'libs/money/money.ts': `import { day } from '#calendar/day.js'; export const money = day;`,
  'libs/calendar/day.ts': `import { readFileSync } from 'node:fs'; export const day = readFileSync;`,
  'libs/platform/testing/database.ts': `import fc from 'fast-check'; export const database = fc;`,
  'libs/platform/clock.ts': `export const clock = 1;`,
  'libs/event-store/event.ts': `import fc from 'fast-check'; export const event = fc;`,
  'libs/event-store/untidy.ts': `import { database } from '#platform/testing/database.js'; export const untidy = database;`,
  'libs/accounts/store/accounts.ts': `import { client } from 'pg'; export const accounts = client;`,
  'libs/accounts/domain/account.ts': `import { day } from '#calendar/day.js'; export const account = day;`,
  'libs/accounts/domain/stored.ts': `import { accounts } from '../store/accounts.js'; export const stored = accounts;`,
  'libs/accounts/domain/timed.ts': `import { clock } from '#platform/clock.js'; export const timed = clock;`,
  'libs/accounts/domain/connected.ts': `import type { Client } from 'pg'; export type Connected = Client;`,
  'libs/accounts/domain/decorated.ts': `import { Injectable } from '@nestjs/common'; export const decorated = Injectable;`,
  'libs/fair-use/case/domain/filed.ts': `export { writeFileSync } from 'node:fs';`,
  'libs/accounts/domain/parsed.ts':
    `import { z } from 'zod'; import { createHash } from 'node:crypto'; ` +
    `export const parsed = [z, createHash];`,
  'libs/rating/price.ts': `import { account } from '#accounts/domain/account.js'; export const price = account;`,
  'libs/call-log/call.ts': `import type { Minutes } from '#usage/minutes.js'; export type Call = Minutes;`,
  'libs/call-log/call.test.ts': `import { untidy } from '#event-store/untidy.js'; import fc from 'fast-check'; export default [untidy, fc];`,
  'libs/usage/minutes.ts': `export type Minutes = number; export * from './hours.js';`,
  'libs/usage/hours.ts': `export * from './minutes.js';`,
  'libs/usage/lost.ts': `export * from './nowhere.js';`,
  'libs/usage/hidden.ts': `import hidden from 'not-declared'; export default hidden;`,
  'libs/notices/start.ts': `import { main } from '#apps/notices/main.js'; export const start = main;`,
  'libs/simulation/customers.ts': `import { account } from '#accounts/domain/account.js'; export default account;`,
  'apps/notices/main.ts': `import { measure } from '#bench/measure.js'; export const main = measure;`,
  'apps/api/main.ts': `import { untidy } from '#event-store/untidy.js'; export default untidy;`,
  'bench/measure.ts': `import { database } from '#platform/testing/database.js'; export const measure = database;`,
};

const FOUND = [
  'apps-do-not-know-tests: apps/notices/main.ts -> bench/measure.ts',
  'domain-is-pure: libs/accounts/domain/connected.ts -> node_modules/pg/index.js',
  'domain-is-pure: libs/accounts/domain/decorated.ts -> node_modules/@nestjs/common/index.js',
  'domain-is-pure: libs/accounts/domain/stored.ts -> libs/accounts/store/accounts.ts',
  'domain-is-pure: libs/accounts/domain/timed.ts -> libs/platform/clock.ts',
  'domain-is-pure: libs/fair-use/case/domain/filed.ts -> fs',
  'domain-knows-no-infrastructure: libs/accounts/domain/timed.ts -> libs/platform/clock.ts',
  'floor-0: libs/money/money.ts -> libs/calendar/day.ts',
  'floor-4: libs/rating/price.ts -> libs/accounts/domain/account.ts',
  'floor-5: libs/call-log/call.ts -> libs/usage/minutes.ts',
  'foundation-is-pure: libs/calendar/day.ts -> fs',
  'foundation-is-pure: libs/money/money.ts -> libs/calendar/day.ts',
  'imports-lead-somewhere: libs/usage/lost.ts -> ./nowhere.js',
  'libs-do-not-know-who-uses-them: libs/notices/start.ts -> apps/notices/main.ts',
  'no-cycle: libs/usage/hours.ts -> libs/usage/minutes.ts',
  'no-dev-dependency-in-production: libs/event-store/event.ts -> node_modules/fast-check/index.js',
  'no-testing-code-in-production: libs/event-store/untidy.ts -> libs/platform/testing/database.ts',
  'only-declared-packages: libs/usage/hidden.ts -> node_modules/not-declared/index.js',
  'simulation-knows-only-floor-0: libs/simulation/customers.ts -> libs/accounts/domain/account.ts',
];

describe('the architecture rules can fail', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'fairline-architecture-'));
    const rules = [
      '.dependency-cruiser.cjs',
      'test/architecture/floors.cjs',
      'test/architecture/source-imports.cjs',
    ];
    for (const file of rules) cpSync(join(REPOSITORY, file), join(directory, file));
    write('package.json', {
      type: 'module',
      imports: { '#*': './dist/libs/*' },
      dependencies: { pg: '1', zod: '1', '@nestjs/common': '1' },
      devDependencies: { 'fast-check': '1' },
    });
    for (const name of ['pg', 'zod', '@nestjs/common', 'fast-check', 'not-declared']) {
      write(`node_modules/${name}/package.json`, { name, version: '1.0.0', main: 'index.js' });
      write(`node_modules/${name}/index.js`, 'module.exports = {};');
    }
    for (const [path, source] of Object.entries(PLANTED)) write(path, source);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('finds each planted violation and no other', () => {
    expect(cruise(directory).violations).toEqual(FOUND);
  });

  function write(path: string, content: unknown) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
});
