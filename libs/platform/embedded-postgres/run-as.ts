import { spawn, spawnSync } from 'node:child_process';
import { RefusedError, refused } from '#outcome/outcome.js';

/** How PostgreSQL's programs are run: it refuses to be root, so root hands over to somebody else. */
export interface RunAs {
  readonly command: (program: string, args: readonly string[]) => [string, readonly string[]];
  readonly identity: { readonly uid: number; readonly gid: number } | undefined;
}

const ORDINARY: RunAs = { command: (program, args) => [program, args], identity: undefined };

/**
 * An ordinary user runs PostgreSQL itself. Root hands over to `postgres` or `nobody`; where these may not enter the
 * directories (a clone below a private directory), PostgreSQL runs in a user namespace, where root is nobody in
 * particular but still owns its files.
 * @throws RefusedError when root has no such way
 */
export function chooseRunAs(paths: readonly string[]): RunAs {
  if (process.getuid?.() !== 0) return ORDINARY;
  for (const name of ['postgres', 'nobody']) {
    const identity = identityOf(name);
    if (identity !== undefined && paths.every((path) => canEnter(identity, path))) {
      return { command: (program, args) => [program, args], identity };
    }
  }
  if (spawnSync('unshare', ['--user', 'true'], { stdio: 'ignore' }).status === 0) {
    return { command: (program, args) => ['unshare', ['--user', program, ...args]], identity: undefined };
  }
  throw new RefusedError(
    refused(
      'embedded-postgres-unavailable',
      `PostgreSQL does not run as root, and no other user may enter ${paths.join(' and ')}. ` +
        'Run as an ordinary user, move the project to a directory that everybody may enter, or set DATABASE_URL.',
    ).refusal,
  );
}

function identityOf(name: string): { uid: number; gid: number } | undefined {
  const read = (flag: string) => spawnSync('id', [flag, name], { encoding: 'utf8' });
  const uid = read('-u');
  const gid = read('-g');
  if (uid.status !== 0 || gid.status !== 0) return undefined;
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

function canEnter(identity: { uid: number; gid: number }, path: string): boolean {
  return (
    spawnSync('/bin/sh', ['-c', 'cd "$0"', path], { ...identity, cwd: '/', stdio: 'ignore' }).status === 0
  );
}

/** Runs a program to its end and gives what it printed. */
export async function run(
  runAs: RunAs,
  program: string,
  args: readonly string[],
): Promise<{ status: number; output: string }> {
  const [command, commandArgs] = runAs.command(program, args);
  // PG* variables of the caller's shell would redirect the programs to another server.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('PG') && !name.startsWith('LC_')),
  );
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArgs, {
      cwd: '/',
      env: { ...env, LANG: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...runAs.identity,
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      if (output.length < 20_000) output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    // 'exit', not 'close': the server that pg_ctl leaves behind would hold the pipes open.
    child.on('exit', (status) => resolve({ status: status ?? -1, output }));
  });
}
