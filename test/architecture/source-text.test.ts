import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listed } from '../workspace/repository-files.js';
import { REPOSITORY } from './cruise.js';

const TEXT =
  /\.(?:[cm]?[jt]s|sql|json|jsonl|ya?ml|md|csv|html|css)$|^\.ci\/|(?:^|\/)(?:Dockerfile|\.[a-z]+(?:rc|ignore))$/;
const SOURCE = /^(?:apps|libs|bench|test|migrations)\/.*\.(?:[cm]?[jt]s|sql)$/;
const MAXIMUM_LINES = 400;

const VAGUE = [
  'util',
  'utils',
  'helper',
  'helpers',
  'common',
  'misc',
  'miscellaneous',
  'manager',
  'managers',
  'stuff',
];
/** A word of the domain that happens to end in one of ours. */
const DOMAIN_WORDS = /\baccount-manager\b/;
const KEBAB_CASE = /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/;

/** Names that a fixture, a package or a convention of a tool gives. */
const GIVEN_NAMES = /(?:^|\/)(?:fixtures\/.*|__snapshots__\/.*|package\.json|README\.md|\.gitkeep)$/;

const MACHINE_PATH = new RegExp(
  String.raw`(?<![\w.~}*$-])/(?:(?:work|root|home/[a-z]+|Users/\w+)(?![\w-])|tmp/)`,
);

const NOT_IN_A_COMMENT = String.raw`^(?!\s*(?:\*|/[*/])).*`;

/** Pure code takes time, chance and settings as arguments. */
const IMPURE = new RegExp(
  `${NOT_IN_A_COMMENT}(?:${[
    String.raw`\bDate\.now\(`,
    String.raw`\bnew Date\(\)`,
    String.raw`\bperformance\.now\(`,
    String.raw`\bMath\.random\(`,
    String.raw`\brandom(?:UUID|Bytes|Int)\(`,
    String.raw`\bprocess\.`,
    String.raw`\bconsole\.`,
    String.raw`\b(?:fetch|setTimeout|setInterval|setImmediate)\(`,
  ].join('|')})`,
);
const PURE = /^libs\/(?:(?:money|calendar|numbering|outcome)|.+\/domain)\/.*(?<!\.test)\.ts$/;

const files = listed('');

describe('names', () => {
  const inside = files.filter((file) => /^(?:libs|apps)\//.test(file));

  it('say what a thing is: no utils, helpers, common, manager, misc', () => {
    expect(inside.length).toBeGreaterThan(20);
    expect(inside.filter(vague)).toEqual([]);
  });

  it('are kebab-case', () => {
    const odd = inside.filter(
      (file) => !GIVEN_NAMES.test(file) && !file.split('/').every((segment) => KEBAB_CASE.test(segment)),
    );
    expect(odd).toEqual([]);
  });

  it.each([
    'libs/rating/utils/x.ts',
    'libs/rating/date-helpers.ts',
    'libs/usage/common.ts',
    'libs/rating/bill-manager.ts',
  ])('%s would be found', (name) => expect(vague(name)).toBe(true));

  it('may use the words of the domain: an account manager is a person', () => {
    expect(vague('libs/fair-use/decide/account-manager.ts')).toBe(false);
  });
});

describe('source files', () => {
  it(`have at most ${MAXIMUM_LINES} lines`, () => {
    const long = files
      .filter((file) => SOURCE.test(file))
      .map((file) => ({ file, lines: read(file).split('\n').length - 1 }))
      .filter(({ lines }) => lines > MAXIMUM_LINES);
    expect(long).toEqual([]);
  });

  it('in domain folders and on floor 0 read no clock, no chance, no environment', () => {
    const pure = files.filter((file) => PURE.test(file));
    expect(pure).toContain('libs/money/money.ts');
    expect(matches(pure, IMPURE)).toEqual([]);
  });

  it.each(['const now = Date.now();', 'const today = new Date();', 'if (process.env.TZ) return;'])(
    '%s would be found there',
    (line) => expect(IMPURE.test(line)).toBe(true),
  );

  it.each([
    'const day = new Date(millis);',
    ' * A fold never calls `Date.now()`.',
    '// console.log is for apps',
  ])('%s is allowed there', (line) => expect(IMPURE.test(line)).toBe(false));
});

describe('files of the repository', () => {
  it('hold no path of a machine', () => {
    expect(
      matches(
        files.filter((file) => TEXT.test(file)),
        MACHINE_PATH,
      ),
    ).toEqual([]);
  });

  it.each([
    ['', 'work', 'main'],
    ['', 'tmp', 'x'],
    ['', 'root', '.npm'],
    ['file://', 'home', 'jan', 'fairline'],
  ])('a path such as %s/%s/%s would be found', (...parts) =>
    expect(MACHINE_PATH.test(`in ${parts.join('/')}`)).toBe(true),
  );

  it.each(['docs/work/plan', './tmp/x', '/workspace/x', 'https://example.org/root'])('%s is none', (text) =>
    expect(MACHINE_PATH.test(text)).toBe(false),
  );
});

function vague(file: string): boolean {
  return file.split('/').some((segment) => {
    const words = segment.replace(DOMAIN_WORDS, '').replace(/\..*$/, '').split('-');
    return words.some((word) => VAGUE.includes(word));
  });
}

function matches(among: readonly string[], pattern: RegExp): string[] {
  return among.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
}

function read(file: string): string {
  return readFileSync(join(REPOSITORY, file), 'utf8');
}
