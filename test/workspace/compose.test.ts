import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { settingsFrom } from '#platform/config/settings.js';
import { REPOSITORY, readText } from './repository-files.js';

const Service = z.object({
  image: z.string(),
  build: z.string().optional(),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()).default([]), disable: z.boolean().default(false) }),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
});
const Compose = z.object({
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.null()),
});

/** `fairline` is all services in one process and the command line, `console` a page that the API serves. */
const NO_SERVICE = new Set(['fairline', 'console']);
const SERVICES = ['api', 'billing', 'fair-use', 'ingest', 'notices', 'publisher'];
/** They prepare something and end. */
const ENDING = new Set(['migrate', 'topics']);

const { services, volumes } = Compose.parse(parse(readText('docker-compose.yml'), { merge: true }));
const ours = Object.entries(services).filter(([, service]) => service.build !== undefined);
const deployed = Object.entries(services).filter(([name]) => SERVICES.includes(name));

describe('docker-compose.yml', () => {
  it('has a service for each deployable in apps/', () => {
    const apps = readdirSync(join(REPOSITORY, 'apps'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !NO_SERVICE.has(entry.name))
      .map((entry) => entry.name);
    expect(apps.filter((app) => services[app] === undefined)).toEqual([]);
    expect(deployed.map(([name]) => name).sort()).toEqual(SERVICES);
  });

  it('starts the program that bears the name of the service', () => {
    for (const [name, service] of deployed) {
      expect(service.command).toEqual(['node', `dist/apps/${name}/main.js`]);
    }
  });

  it('starts only programs that the build makes', () => {
    const missing = ours
      .map(([, service]) => (service.command[1] ?? '').replace(/^dist\/(.*)\.js$/, '$1.ts'))
      .filter((source) => !existsSync(join(REPOSITORY, source)));
    expect(missing).toEqual([]);
  });

  it('migrates once, before any service starts', () => {
    expect(services['migrate']?.command).toEqual(['node', 'dist/apps/fairline/main.js', 'migrate']);
    for (const [, service] of deployed) {
      expect(service.depends_on).toMatchObject({
        migrate: { condition: 'service_completed_successfully' },
        postgres: { condition: 'service_healthy' },
      });
    }
  });

  it('creates the topics before anything is published', () => {
    expect(services['topics']?.command).toEqual([
      'node',
      'dist/apps/fairline/main.js',
      'kafka',
      'create-topics',
    ]);
    expect(services['publisher']?.depends_on).toMatchObject({
      topics: { condition: 'service_completed_successfully' },
    });
  });

  it('asks each service whether it is ready, on its own health port', () => {
    for (const [, service] of deployed) {
      const port = service.environment['FAIRLINE_HEALTH_PORT'];
      expect(service.healthcheck.test.join(' ')).toContain(`http://127.0.0.1:${port}/health/ready`);
    }
  });

  it('checks the health of everything that keeps running', () => {
    const unchecked = Object.entries(services)
      .filter(
        ([name, { healthcheck }]) =>
          !ENDING.has(name) && (healthcheck.disable || healthcheck.test.length === 0),
      )
      .map(([name]) => name);
    expect(unchecked).toEqual([]);
  });

  it('gives settings that the services accept', () => {
    for (const [, service] of ours) {
      expect(settingsFrom(service.environment)).toMatchObject({ ok: true });
    }
  });

  it('leads the settings to services and ports of this file', () => {
    for (const [, { environment }] of ours) {
      expect(environment['DATABASE_URL']).toContain('@postgres:5432/');
      expect(services['kafka']?.environment['KAFKA_ADVERTISED_LISTENERS']).toContain(
        `//${environment['KAFKA_BROKERS']}`,
      );
      expect(environment['SMTP_URL']).toBe('smtp://mail:1025');
    }
    expect(Object.keys(services)).toEqual(expect.arrayContaining(['postgres', 'kafka', 'mail']));
  });

  it('waits only for services that exist, and mounts only volumes that exist', () => {
    const named = Object.values(services);
    const unknown = named
      .flatMap((service) => Object.keys(service.depends_on))
      .filter((name) => !services[name]);
    const unmounted = named
      .flatMap((service) => service.volumes.map((volume) => volume.split(':')[0] ?? ''))
      .filter((volume) => !(volume in volumes));
    expect({ unknown, unmounted }).toEqual({ unknown: [], unmounted: [] });
  });

  it('publishes no port beyond this machine', () => {
    const ports = Object.values(services).flatMap((service) => service.ports);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });
});

describe('Dockerfile', () => {
  const stage =
    readText('Dockerfile')
      .split(/^FROM /m)
      .at(-1) ?? '';

  it('runs as another user than root', () => {
    expect(stage).toMatch(/^USER node$/m);
  });

  it('holds what the services need to run: the build, the migrations, the import map, the packages', () => {
    for (const path of ['package.json', 'node_modules', 'migrations', 'dist']) {
      expect(stage).toMatch(new RegExp(`^COPY --from=build /app/${path} `, 'm'));
    }
  });
});
