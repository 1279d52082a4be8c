import {
  type DynamicModule,
  type INestApplication,
  type LoggerService,
  type Provider,
  StandardSchemaValidationPipe,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { Settings } from '#platform/config/settings.js';
import { asPortRefusal } from '../health.js';
import type { Program, ProgramOptions } from '../program.js';
import { AccountsController } from './accounts.controller.js';
import { apiToken, carriesToken } from './api-token.js';
import { BillRunsController } from './bill-runs.controller.js';
import { CallRecordsController } from './call-records.controller.js';
import { CaseActionsController } from './case-actions.controller.js';
import { CasesController } from './cases.controller.js';
import { HealthController } from './health.controller.js';
import { IntakePressure, RETRY_AFTER_SECONDS } from './intake-pressure.js';
import { KafkaController } from './kafka.controller.js';
import { PROBLEM_TYPE, ProblemException, ProblemFilter, problem } from './problem.js';
import { QuarantineController } from './quarantine.controller.js';
import { ReconciliationController } from './reconciliation.controller.js';
import { ReferenceController } from './reference.controller.js';
import { RunningProgram } from './running-program.js';
import { SubscriptionChangesController } from './subscription-changes.controller.js';
import { VerificationController } from './verification.controller.js';

export const BODY_LIMIT_BYTES = 16 * 1024 * 1024;
const INTAKE_PATH = '/v1/call-records';
const OPENAPI_PATH = '/v1/openapi.json';
const API_VERSION = '0.1.0';

const controllers: Type[] = [
  CallRecordsController,
  AccountsController,
  CasesController,
  CaseActionsController,
  KafkaController,
  QuarantineController,
  ReferenceController,
  SubscriptionChangesController,
  BillRunsController,
  ReconciliationController,
  VerificationController,
  HealthController,
];

/** The HTTP API as part of a program: give it to `openProgram`, then `listen`. */
export interface ApiApplication extends Required<
  Pick<ProgramOptions, 'create' | 'controllers' | 'providers'>
> {
  /**
   * Opens the port. @returns the address it listens on
   * @throws RefusedError when the port is taken
   */
  listen(program: Program): Promise<string>;
  openApi(program: Program): OpenAPIObject;
}

export function apiApplication(settings: Settings, pressure = new IntakePressure()): ApiApplication {
  const running = new RunningProgram();
  const providers: Provider[] = [
    { provide: RunningProgram, useValue: running },
    { provide: IntakePressure, useValue: pressure },
  ];
  return {
    controllers,
    providers,
    create: (module, logger) => createApi(module, logger, settings, pressure),
    openApi: ({ app }) => describeApi(app as INestApplication),
    listen: async (program) => {
      running.program = program;
      const app = program.app as NestFastifyApplication;
      const document = JSON.stringify(describeApi(app));
      const server = app.getHttpAdapter().getInstance();
      server.get(OPENAPI_PATH, (_request, reply) =>
        reply.type('application/json; charset=utf-8').send(document),
      );
      await app.init();
      try {
        // Not app.listen, which prints the error of a port that is taken.
        return await server.listen({ port: settings.port, host: settings.host });
      } catch (error) {
        throw asPortRefusal(error, settings, 'FAIRLINE_PORT');
      }
    },
  };
}

async function createApi(
  module: DynamicModule,
  logger: LoggerService,
  settings: Settings,
  pressure: IntakePressure,
): Promise<NestFastifyApplication> {
  const token = apiToken(settings.dataDirectory);
  const adapter = new FastifyAdapter({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: true });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger,
    abortOnError: false,
    bodyParser: false,
  });
  const instance = serverOf(adapter);
  guard(instance, token, pressure);
  parseBodies(instance);
  app.useGlobalPipes(
    new StandardSchemaValidationPipe({
      exceptionFactory: (issues: readonly Issue[]) => new ProblemException(invalid(issues)),
    }),
  );
  app.useGlobalFilters(new ProblemFilter(settings.dataDirectory));
  return app;
}

const serverOf = (adapter: FastifyAdapter) => adapter.getInstance();
type FastifyInstance = ReturnType<typeof serverOf>;

/** Before a body is read: who has no token, or comes on top of a full intake, costs nothing. */
function guard(instance: FastifyInstance, token: string, pressure: IntakePressure): void {
  instance.addHook('onRequest', async (request, reply) => {
    const [path] = request.url.split('?');
    if (path === undefined || path.startsWith('/health/')) return;
    if (!carriesToken(request.headers.authorization, token)) {
      const detail =
        'Send the header "Authorization: Bearer TOKEN"; the token is in the file api-token of the data directory.';
      await reply
        .status(401)
        .header('www-authenticate', 'Bearer')
        .type(PROBLEM_TYPE)
        .send(problem(401, 'unauthenticated', detail));
      return;
    }
    if (path !== INTAKE_PATH) return;
    const leave = pressure.enter();
    if (leave === undefined) {
      const detail =
        'Too many call records are being stored at this moment. Send them again after Retry-After seconds.';
      await reply
        .status(429)
        .header('retry-after', String(RETRY_AFTER_SECONDS))
        .type(PROBLEM_TYPE)
        .send(problem(429, 'under-pressure', detail));
      return;
    }
    // However the response ends, also by a client that goes away.
    reply.raw.once('close', leave);
  });
}

/** Call records and files stay as the bytes they came in; everything else is JSON. */
function parseBodies(instance: FastifyInstance): void {
  instance.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (request.url.split('?')[0] === INTAKE_PATH) return done(null, body);
    try {
      done(null, body.length === 0 ? undefined : JSON.parse(body.toString('utf8')));
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'it can not be parsed';
      done(new ProblemException(problem(400, 'unreadable', `The body is not JSON: ${reason}.`)));
    }
  });
  instance.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

interface Issue {
  readonly message: string;
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
}

function invalid(issues: readonly Issue[]) {
  const errors = issues.map(({ path, message }) => ({
    path: (path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.'),
    message,
  }));
  const sentences = errors
    .slice(0, 5)
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return problem(422, 'invalid', `${sentences.join('; ')}.`, errors);
}

function describeApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Fairline')
    .setDescription(
      'Billing and fair use for hosted telephony. Errors are problem documents (RFC 9457) with a code.',
    )
    .setVersion(API_VERSION)
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .build();
  return SwaggerModule.createDocument(app, config);
}
