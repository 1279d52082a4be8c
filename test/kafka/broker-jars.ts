import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '#platform/database/migrations.js';

const POM = join(projectRoot(), 'tools', 'kafka', 'pom.xml');
const MINIMUM_JAVA = 17;
const FETCH_TIMEOUT_MILLIS = 600_000;

const LOG4J = `status=error
appender.o.type=Console
appender.o.name=o
appender.o.layout.type=PatternLayout
appender.o.layout.pattern=%d %p %c{1} %m%n
rootLogger.level=warn
rootLogger.appenderRef.o.ref=o
logger.s.name=kafka.server.KafkaRaftServer
logger.s.level=info
`;

/** Why a broker can't be started here; the tests that need one are skipped with it, loudly. */
export class NoBroker extends Error {}

/**
 * The directory that holds the broker's jars, fetched by Maven on the first use and kept beside Maven's own, under the hash of the pom. A
 * fetch that was cut off never looks complete, and two first uses do not collide: each fetches aside and moves.
 * @throws NoBroker without Java 17 and Maven, or when the jars can't be fetched
 */
export function brokerJars(): string {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const version = Number(/version "(\d+)/.exec(java.stderr ?? '')?.[1] ?? 0);
  if (java.error !== undefined || version < MINIMUM_JAVA) {
    throw new NoBroker(`KAFKA_BROKERS is not set, and there is no Java ${MINIMUM_JAVA} or newer on the PATH`);
  }
  const cache = process.env['FAIRLINE_KAFKA_CACHE'] ?? join(homedir(), '.cache', 'fairline-kafka');
  const complete = join(cache, createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 12));
  if (existsSync(complete)) return complete;
  mkdirSync(cache, { recursive: true });
  const part = mkdtempSync(join(cache, 'part-'));
  const fetched = spawnSync(
    'mvn',
    ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${join(part, 'libs')}`],
    { encoding: 'utf8', timeout: FETCH_TIMEOUT_MILLIS },
  );
  if (fetched.error !== undefined || fetched.status !== 0) {
    rmSync(part, { recursive: true, force: true });
    const reason = fetched.error?.message ?? `exit ${fetched.status}: ${fetched.stdout.slice(-300)}`;
    throw new NoBroker(`KAFKA_BROKERS is not set, and Maven could not fetch a broker (${reason})`);
  }
  writeFileSync(join(part, 'log4j2.properties'), LOG4J);
  try {
    renameSync(part, complete);
  } catch {
    // Another first use was faster.
    rmSync(part, { recursive: true, force: true });
  }
  return complete;
}
