import type { Command } from 'commander';
import type { Face } from '../face.js';

export function migrateCommand(program: Command, face: () => Face): void {
  program
    .command('migrate')
    .description(
      'Bring the database to the schema of this version, under a lock; services refuse to start on another one.',
    )
    .addHelpText('after', '\nExample: DATABASE_URL=postgres://fairline@db/fairline fairline migrate')
    .action(() => migrateNow(face()));
}

async function migrateNow(face: Face): Promise<void> {
  const { openDatabase, prepareDataDirectory } = await import('../../open-database.js');
  const settings = face.settings();
  if (settings.databaseUrl === undefined) prepareDataDirectory(settings);
  const opened = await openDatabase(settings, {
    migration: 'always',
    maximumConnections: 4,
    applicationName: 'fairline migrate',
  });
  await opened.close();
  const { migrated } = opened;
  await face.print({
    document: { migrated },
    human:
      migrated.length === 0
        ? 'The schema is up to date.'
        : `Migrated:\n${migrated.map((name) => `  ${name.replace(/\d{13}$/, '')}`).join('\n')}`,
  });
}
