import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** One embedded PostgreSQL serves a whole test run; the first test that needs it starts it. Tests that start processes run the build. */
export default function setup() {
  process.env.FAIRLINE_TEST_RUN = String(process.pid);
  process.env.TZ = 'America/New_York';
  const root = fileURLToPath(new URL('../..', import.meta.url));
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
}
