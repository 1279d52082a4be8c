import { runCli } from './cli.js';

const interrupted = new AbortController();
// The first Ctrl-C lets the work in hand end; the second one is the shell's usual one.
process.once('SIGINT', () => interrupted.abort());
// Who reads only the first lines of a list closes the pipe.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  interrupted.abort();
});

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  signal: interrupted.signal,
});
