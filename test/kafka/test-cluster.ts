import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NoBroker, brokerJars } from './broker-jars.js';
import { BrokerNode, freeAddresses } from './broker-node.js';

/** Kafka for one test file: a broker of its own, or the one that KAFKA_BROKERS names. */
export interface TestCluster {
  readonly brokers: readonly string[];
  /** Empty where KAFKA_BROKERS names somebody else's cluster: that is not ours to kill. */
  readonly nodes: readonly BrokerNode[];
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** 1, or 3 with replication factor 3. */
  readonly nodes?: 1 | 3;
  /** Always a cluster of our own: the test kills nodes. */
  readonly own?: boolean;
}

/**
 * Why there can be no broker here; undefined where there can. CI must have one: there a missing broker fails instead of skipping.
 */
export function whyNoKafka(options: ClusterOptions = {}): string | undefined {
  if (process.env['FAIRLINE_NO_KAFKA'] !== undefined) return required('FAIRLINE_NO_KAFKA is set');
  if (process.env['KAFKA_BROKERS'] !== undefined && options.own !== true) return undefined;
  try {
    brokerJars();
    return undefined;
  } catch (error) {
    if (error instanceof NoBroker) return required(error.message);
    throw error;
  }
}

function required(reason: string): string {
  if (process.env['CI'] === 'true') throw new Error(`Kafka is required in CI: ${reason}`);
  process.stderr.write(`\n*** KAFKA TESTS ARE SKIPPED: ${reason} ***\n\n`);
  return reason;
}

/** `describe` where there is a broker, else `describe.skip` with a loud line on stderr. */
export function describeWithKafka(name: string, tests: () => void, options: ClusterOptions = {}): void {
  const reason = whyNoKafka(options);
  if (reason === undefined) describe(name, tests);
  else describe.skip(`${name} (${reason})`, tests);
}

export async function startCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const given = process.env['KAFKA_BROKERS'];
  if (given !== undefined && options.own !== true) {
    return { brokers: given.split(','), nodes: [], stop: () => Promise.resolve() };
  }
  const jars = brokerJars();
  const directory = mkdtempSync(join(tmpdir(), 'fairline-kafka-'));
  const count = options.nodes ?? 1;
  const addresses = await freeAddresses(count);
  const nodes = addresses.map(
    (address) => new BrokerNode(jars, directory, address, addresses, count === 1 ? '256m' : '128m'),
  );
  for (const node of nodes) node.format();
  await Promise.all(nodes.map((node) => node.start()));
  return {
    brokers: addresses.map((address) => `127.0.0.1:${address.port}`),
    nodes,
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
