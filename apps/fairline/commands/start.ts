import { join } from 'node:path';
import type { Command } from 'commander';
import type { Settings } from '#platform/config/settings.js';
import type { Face } from '../face.js';

export function startCommand(program: Command, face: () => Face): void {
  program
    .command('start')
    .description(
      'Run everything in one process until Ctrl-C: call records in, projections, fair use, notices, billing, and the API. Without DATABASE_URL on an embedded PostgreSQL in the data directory; commands given beside it on the same data directory share that. The schema is brought up to date first.',
    )
    .addHelpText('after', '\nExample: FAIRLINE_PORT=8080 fairline start')
    .action(() => start(face()));
}

async function start(face: Face): Promise<void> {
  const settings = face.settings();
  const { startFairline } = await import('../start-fairline.js');
  const { untilToldToStop } = await import('../../service.js');
  const running = await startFairline(settings);
  await face.print({
    document: { url: running.url, dataDirectory: settings.dataDirectory, tokenFile: tokenFile(settings) },
    human: [
      `Fairline is up. API: ${running.url}/v1   health: ${running.url}/health/ready`,
      `Bearer token: ${tokenFile(settings)}   data: ${settings.databaseUrl === undefined ? settings.dataDirectory : 'DATABASE_URL'}`,
      'Ctrl-C stops it.',
    ].join('\n'),
  });
  await untilToldToStop('fairline', running.stop);
}

function tokenFile(settings: Settings): string {
  return join(settings.dataDirectory, 'api-token');
}
