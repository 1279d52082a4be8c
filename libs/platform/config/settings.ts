import { resolve } from 'node:path';
import { z } from 'zod';
import { type Outcome, accepted, refused } from '#outcome/outcome.js';

const optionalUrl = (protocols: readonly string[], example: string) =>
  z
    .string()
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
      error: `is not a URL such as ${example}`,
    })
    .optional();

const Environment = z.object({
  DATABASE_URL: optionalUrl(['postgres:', 'postgresql:'], 'postgres://user:secret@host:5432/fairline'),
  FAIRLINE_DATA_DIR: z.string().min(1).default('.fairline'),
  FAIRLINE_PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  FAIRLINE_HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  FAIRLINE_HOST: z.string().min(1).default('127.0.0.1'),
  FAIRLINE_INGEST_CONNECTIONS: z.coerce.number().int().min(1).max(16).default(4),
  KAFKA_BROKERS: z
    .string()
    .regex(/^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$/, { error: 'is not a list such as kafka-1:9092,kafka-2:9092' })
    .optional(),
  FAIRLINE_KAFKA_TOPIC: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,249}$/, { error: 'is not the name of a topic' })
    .default('cdr.v1'),
  FAIRLINE_KAFKA_GROUP: z.string().min(1).default('fairline-ingest'),
  SMTP_URL: optionalUrl(['smtp:', 'smtps:'], 'smtp://mail.example:587'),
  FAIRLINE_MAIL_FROM: z.email({ error: 'is not a mail address' }).default('fair-use@fairline.example'),
});

/** What a process is told from outside; validated once at start. */
export interface Settings {
  /** Absent: an embedded PostgreSQL in the data directory. */
  readonly databaseUrl: string | undefined;
  readonly dataDirectory: string;
  readonly host: string;
  readonly port: number;
  readonly healthPort: number;
  /** Connections that write call records side by side. */
  readonly ingestConnections: number;
  readonly kafkaBrokers: readonly string[];
  /** Where call records come in. */
  readonly kafkaTopic: string;
  /** Instances of one group share the partitions. */
  readonly kafkaGroup: string;
  /** Absent: mail goes to the mailbox in the data directory. */
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
}

/** Every wrong variable is named, with what it should look like. */
export function settingsFrom(environment: NodeJS.ProcessEnv): Outcome<Settings> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    return refused(
      'invalid-setting',
      `Wrong setting: ${problems.join('; ')}. Correct the environment and start again.`,
      problems,
    );
  }
  const env = parsed.data;
  return accepted({
    databaseUrl: env.DATABASE_URL,
    dataDirectory: resolve(env.FAIRLINE_DATA_DIR),
    host: env.FAIRLINE_HOST,
    port: env.FAIRLINE_PORT,
    healthPort: env.FAIRLINE_HEALTH_PORT,
    ingestConnections: env.FAIRLINE_INGEST_CONNECTIONS,
    kafkaBrokers: env.KAFKA_BROKERS?.split(',') ?? [],
    kafkaTopic: env.FAIRLINE_KAFKA_TOPIC,
    kafkaGroup: env.FAIRLINE_KAFKA_GROUP,
    smtpUrl: env.SMTP_URL,
    mailFrom: env.FAIRLINE_MAIL_FROM,
  });
}
