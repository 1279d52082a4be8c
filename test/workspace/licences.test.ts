import { installedLicence, readLockedPackages } from './repository-files.js';

/** May be shipped inside a closed product, with at most a notice. */
const PERMISSIVE =
  /^(?:MIT|MIT-0|Apache-2\.0|BSD(?:-[23]-Clause)?|0BSD|ISC|MPL-2\.0|BlueOak-1\.0\.0|Unlicense|CC0-1\.0|Python-2\.0)$/;

const production = Object.entries(readLockedPackages())
  .filter(([path, entry]) => path.includes('node_modules/') && !entry.dev && !entry.link)
  .map(([path]) => ({ path, found: installedLicence(path) }))
  .flatMap(({ path, found }) =>
    found === undefined ? [] : [{ path, licence: found.licence ?? 'none named' }],
  );

describe('licences of what is deployed', () => {
  it('allow us to ship it', () => {
    expect(production.length).toBeGreaterThan(100);
    expect(production.filter(({ licence }) => !permitted(licence))).toEqual([]);
  });

  it.each(['MIT', '(MIT OR GPL-3.0)', 'Apache-2.0 AND MIT', '(BSD-3-Clause OR GPL-2.0) AND ISC'])(
    '%s is fine',
    (text) => expect(permitted(text)).toBe(true),
  );

  it.each([
    'GPL-3.0',
    'MIT AND GPL-3.0',
    'AGPL-3.0-only',
    'SEE LICENSE IN LICENSE.txt',
    'none named',
    'Apache-2.0 WITH X',
  ])('%s is not', (text) => expect(permitted(text)).toBe(false));
});

/** Reads an SPDX expression with AND, OR and parentheses one deep: of "or" one suffices, of "and" all are needed. */
function permitted(expression: string): boolean {
  return expression.split(/ AND (?![^(]*\))/).every((part) =>
    part
      .replace(/^\(|\)$/g, '')
      .split(' OR ')
      .some((choice) => PERMISSIVE.test(choice.trim())),
  );
}
