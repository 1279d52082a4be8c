import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** Where a node of a broker cluster listens and keeps its log. */
export interface NodeAddress {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
}

const CLUSTER_ID = 'fairlineTestCluster000A';
const START_TIMEOUT_MILLIS = 60_000;
const READY = 'Kafka Server started';

/** One Kafka process: broker and controller in one, on the loopback address. It can be killed and started again on the same log. */
export class BrokerNode {
  private process: ChildProcess | undefined;
  private output = '';
  private readonly configuration: string;
  private readonly archive: string;

  constructor(
    private readonly jars: string,
    readonly directory: string,
    readonly address: NodeAddress,
    cluster: readonly NodeAddress[],
    private readonly heap: string,
  ) {
    this.configuration = join(directory, `node-${address.id}.properties`);
    this.archive = join(jars, 'broker.jsa');
    writeFileSync(this.configuration, propertiesOf(directory, address, cluster));
  }

  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** Formats the log directory; only for the first start. */
  format(): void {
    const formatted = spawnSync(
      'java',
      [...this.jvm(false), 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', this.configuration],
      { encoding: 'utf8' },
    );
    if (formatted.status !== 0)
      throw new Error(`The broker's log could not be formatted: ${formatted.stdout}${formatted.stderr}`);
  }

  /**
   * Starts the node and waits until it takes connections. The first start of all writes an archive of loaded classes when it is stopped, which
   * makes the later ones three times as fast.
   */
  async start(): Promise<void> {
    const dumping = !existsSync(this.archive);
    const args = [...this.jvm(dumping), 'kafka.Kafka', this.configuration];
    // The shell ends the broker when its stdin closes: even kill -9 of whoever started it leaves no orphan.
    const child = spawn(
      'sh',
      [
        '-c',
        'exec 3<&0; java "$@" & p=$!; echo "pid $p"; (cat <&3 >/dev/null; kill $p 2>/dev/null) & wait $p',
        'sh',
        ...args,
      ],
      { stdio: ['pipe', 'pipe', 'pipe'] },
    );
    this.process = child;
    this.output = '';
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`The broker did not start in ${START_TIMEOUT_MILLIS} ms\n${this.output}`));
      }, START_TIMEOUT_MILLIS);
      const collect = (data: Buffer) => {
        this.output = (this.output + data.toString()).slice(-20_000);
        if (!this.output.includes(READY)) return;
        clearTimeout(timer);
        resolve();
      };
      child.stdout?.on('data', collect);
      child.stderr?.on('data', collect);
      child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`The broker ended with ${code}\n${this.output}`));
      });
    });
  }

  /** kill -9 of the broker itself. */
  async kill(): Promise<void> {
    const pid = /^pid (\d+)$/m.exec(this.output)?.[1];
    const child = this.process;
    if (child === undefined) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    if (pid === undefined) child.kill('SIGKILL');
    else process.kill(Number(pid), 'SIGKILL');
    await gone;
    child.stdin?.end();
    this.process = undefined;
  }

  async stop(): Promise<void> {
    const child = this.process;
    if (child === undefined) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.stdin?.end();
    await gone;
    this.process = undefined;
    const dumped = `${this.archive}.${process.pid}`;
    if (existsSync(dumped)) renameSync(dumped, this.archive);
  }

  private jvm(dumping: boolean): string[] {
    const archive = dumping
      ? [`-XX:ArchiveClassesAtExit=${this.archive}.${process.pid}`]
      : existsSync(this.archive)
        ? [`-XX:SharedArchiveFile=${this.archive}`]
        : [];
    return [
      ...archive,
      `-Xmx${this.heap}`,
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      `-Dlog4j2.configurationFile=${join(this.jars, 'log4j2.properties')}`,
      '-cp',
      join(this.jars, 'libs', '*'),
    ];
  }
}

/** Every line that is not obvious has its reason; a smaller cleaner buffer lets the broker live in a small heap. */
function propertiesOf(directory: string, node: NodeAddress, cluster: readonly NodeAddress[]): string {
  const replicas = Math.min(cluster.length, 3);
  const properties: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': cluster.map((one) => `${one.id}@127.0.0.1:${one.controllerPort}`).join(','),
    listeners: `PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${node.port}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(directory, `log-${node.id}`),
    'num.partitions': 12,
    'auto.create.topics.enable': 'false',
    'default.replication.factor': replicas,
    'min.insync.replicas': Math.max(1, replicas - 1),
    'offsets.topic.num.partitions': cluster.length,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.num.partitions': cluster.length,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': Math.max(1, replicas - 1),
    'group.initial.rebalance.delay.ms': 0,
    'log.cleaner.dedupe.buffer.size': 4_194_304,
    'num.network.threads': 2,
    'num.io.threads': 2,
    // After kill -9 a restarted node waits for the end of its own old session: 9 s by default.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

export async function freeAddresses(nodes: number): Promise<NodeAddress[]> {
  const probes = Array.from({ length: nodes * 2 }, () => createServer());
  const ports = await Promise.all(
    probes.map(
      (probe) =>
        new Promise<number>((resolve, reject) => {
          probe.once('error', reject);
          probe.listen(0, '127.0.0.1', () => {
            const address = probe.address();
            if (typeof address === 'object' && address !== null) resolve(address.port);
            else reject(new Error('no free port'));
          });
        }),
    ),
  );
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  return Array.from({ length: nodes }, (_unused, index) => ({
    id: index + 1,
    port: ports[index * 2] ?? 0,
    controllerPort: ports[index * 2 + 1] ?? 0,
  }));
}
