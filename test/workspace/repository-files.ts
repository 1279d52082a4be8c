import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

const Versions = z.record(z.string(), z.string()).default({});

const Manifest = z.object({
  imports: Versions,
  dependencies: Versions,
  devDependencies: Versions,
  overrides: Versions,
  allowScripts: z.record(z.string(), z.boolean()).default({}),
  workspaces: z.array(z.string()).default([]),
});

const LockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      link: z.boolean().default(false),
      dev: z.boolean().default(false),
      hasInstallScript: z.boolean().default(false),
      optionalDependencies: Versions,
    }),
  ),
});

const InstalledPackage = z.object({ license: z.string().optional() });

export type LockedPackages = z.infer<typeof LockFile>['packages'];

export function readText(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}

export function readManifest(folder = ''): z.infer<typeof Manifest> {
  return Manifest.parse(JSON.parse(readText(join(folder, 'package.json'))));
}

/** By path of installation, `node_modules/pg`; the repository itself is the empty path. */
export function readLockedPackages(): LockedPackages {
  return LockFile.parse(JSON.parse(readText('package-lock.json'))).packages;
}

/** What a package that is installed here says of its licence; `undefined` where it is not installed. */
export function installedLicence(path: string): { readonly licence: string | undefined } | undefined {
  const file = join(path, 'package.json');
  if (!existsSync(join(REPOSITORY, file))) return undefined;
  return { licence: InstalledPackage.parse(JSON.parse(readText(file))).license };
}

/** Folders that a build, an installation, an editor or a run makes. */
const MADE = new Set(['node_modules', 'dist', 'coverage', '.git', '.fairline', '.idea', '.vscode']);

/** Paths of files, relative to the repository, with forward slashes. */
export function listed(folder: string): string[] {
  return readdirSync(join(REPOSITORY, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return MADE.has(basename(path)) ? [] : listed(path);
    return entry.isFile() ? [path] : [];
  });
}
