import { fileURLToPath } from 'node:url';
import { isKeyShaped, type Plan } from '@pact/core';
import { z } from 'zod';
import type { TelemetryEnv } from './telemetry/index.ts';

export interface EmbeddingsEnv {
  url: string;
  model: string;
  apiKey: string | undefined;
}

export interface ArchiveEnv {
  /** A folder, or a bucket with what comes before its keys. */
  place: { folder: string } | { bucket: string; prefix: string; endpoint: string | undefined };
  /** Days after which the text of a folded message moves there. */
  afterDays: number;
}

export interface LlmEnv {
  provider: 'anthropic' | 'openai' | 'bedrock';
  model: string;
  /** Absent for Bedrock, which has AWS's own credentials, and for a compatible server that wants none. */
  apiKey: string | undefined;
  baseUrl: string | undefined;
  /** Set for Bedrock. */
  region: string | undefined;
  /** Tokens that a workspace's calls may read and write a month; undefined: as many as they like. */
  monthlyTokens: number | undefined;
}

/** What the environment says, checked once, at start. */
export interface Env {
  port: number;
  sitePort: number;
  host: string;
  dataDir: string;
  siteOrigin: string;
  databaseUrl: string | undefined;
  /** A streaming replica of it, for reads that may lag. It may be away. */
  databaseReplicaUrl: string | undefined;
  /** Connections that this process opens to each PostgreSQL server at most. */
  databasePoolSize: number;
  /** Redis, for what many processes share: cache, rate limits, live events. Without it each keeps its own. */
  redisUrl: string | undefined;
  /** The key that the embedded mode accepts, when the user chose it. */
  apiKey: string | undefined;
  /** Set: the local key is held to this plan's rate limits. */
  localPlan: Plan | undefined;
  /** False: the local workspace reads and stores nothing about emotion. */
  trackEmotion: boolean;
  /** A model whose meanings recall uses beside the built-in ones, behind OpenAI's embeddings HTTP. */
  embeddings: EmbeddingsEnv | undefined;
  /** Where older texts go; without it they stay in the database. */
  archive: ArchiveEnv | undefined;
  /** False: this process serves requests alone, and a worker beside it runs the jobs. */
  runsJobs: boolean;
  /** Where a worker answers for its health; without it, nowhere. */
  workerPort: number | undefined;
  /** A language model that words summaries and reads what the built-in engine is unsure of. */
  llm: LlmEnv | undefined;
  /** Where traces, metrics and logs go; undefined: nowhere. */
  telemetry: TelemetryEnv | undefined;
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

const optional = z
  .string()
  .trim()
  .transform((value) => value || undefined)
  .optional();
const url = optional.refine((value) => value === undefined || /^https?:\/\/[^/]/.test(value), {
  message: 'must begin with http:// or https://',
});
/** A workspace that folds 400 times a month or so, with a small model a dollar or two. */
const DEFAULT_MONTHLY_TOKENS = 1_000_000;
const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);

const Variables = z.object({
  PACT_PORT: port(8787),
  PACT_SITE_PORT: port(3000),
  PACT_HOST: optional,
  PACT_DATA_DIR: z.string().trim().min(1).default('.pact'),
  PACT_API_KEY: optional.refine((value) => value === undefined || isKeyShaped(value), {
    message: 'must begin with sk_test_ or sk_prod_, and go on with 8 letters, digits, - or _ at least',
  }),
  PACT_SITE_ORIGIN: optional,
  PACT_LOCAL_PLAN: z.enum(['free', 'starter', 'pro', 'team']).optional(),
  PACT_TRACK_EMOTION: z.enum(['true', 'false']).optional(),
  PACT_EMBEDDINGS_URL: url,
  PACT_EMBEDDINGS_MODEL: optional,
  PACT_EMBEDDINGS_API_KEY: optional,
  PACT_LLM_PROVIDER: optional.pipe(z.enum(['anthropic', 'openai', 'bedrock']).optional()),
  PACT_LLM_MODEL: optional,
  PACT_LLM_API_KEY: optional,
  PACT_LLM_BASE_URL: url,
  PACT_LLM_MONTHLY_TOKENS: optional.refine(
    (value) => value === undefined || value === 'unlimited' || /^[1-9]\d{0,14}$/.test(value),
    { message: 'must be a number of tokens, or unlimited' },
  ),
  AWS_REGION: optional,
  PACT_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  DATABASE_URL: optional.refine((value) => value === undefined || /^postgres(ql)?:\/\//.test(value), {
    message: 'must begin with postgres://',
  }),
  DATABASE_REPLICA_URL: optional.refine((value) => value === undefined || /^postgres(ql)?:\/\//.test(value), {
    message: 'must begin with postgres://',
  }),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(500).default(10),
  REDIS_URL: optional.refine((value) => value === undefined || /^rediss?:\/\//.test(value), {
    message: 'must begin with redis:// or rediss://',
  }),
  PACT_ARCHIVE_URL: optional.refine(
    (value) => value === undefined || placeOf(value, undefined) !== undefined,
    {
      message: 'must be s3://bucket/prefix, file:///folder or the path of a folder',
    },
  ),
  PACT_ARCHIVE_AFTER_DAYS: z.coerce.number().min(0).max(36_500).default(30),
  PACT_JOBS: z.enum(['on', 'off']).default('on'),
  PACT_WORKER_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  AWS_ENDPOINT_URL: optional,
  AWS_ENDPOINT_URL_S3: optional,
  PACT_STAGE: optional,
  OTEL_EXPORTER_OTLP_ENDPOINT: optional.refine((value) => value === undefined || isHttpUrl(value), {
    message: 'must be an http:// or https:// address',
  }),
  OTEL_SERVICE_NAME: optional,
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  OTEL_METRIC_EXPORT_INTERVAL: z.coerce.number().int().min(1_000).default(60_000),
});

const isHttpUrl = (value: string) => /^https?:\/\//.test(value) && URL.canParse(value);

/** The environment cannot be used; `message` names the variable. */
export class EnvError extends Error {
  override readonly name = 'EnvError';
}

/** @throws {EnvError} naming the first variable that is wrong. */
export function parseEnv(variables: Record<string, string | undefined>): Env {
  const parsed = Variables.safeParse(variables);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new EnvError(`${String(issue!.path[0])}: ${issue!.message}`);
  }
  const env = parsed.data;
  // A wish for privacy is never dropped in silence: without a local key there is no local workspace to set.
  if (env.PACT_TRACK_EMOTION !== undefined && env.DATABASE_URL && !env.PACT_API_KEY) {
    throw new EnvError(
      'PACT_TRACK_EMOTION: it sets the local workspace; DATABASE_URL has one only with PACT_API_KEY',
    );
  }
  if (env.PACT_JOBS === 'off' && !env.DATABASE_URL) {
    throw new EnvError(
      'PACT_JOBS: off needs DATABASE_URL; the embedded database has no other process to run them',
    );
  }
  if (env.DATABASE_REPLICA_URL && !env.DATABASE_URL) {
    throw new EnvError('DATABASE_REPLICA_URL: a replica of what? DATABASE_URL is not set');
  }
  const { PACT_EMBEDDINGS_URL: url, PACT_EMBEDDINGS_MODEL: model } = env;
  if ((url === undefined) !== (model === undefined)) {
    throw new EnvError(
      `${url ? 'PACT_EMBEDDINGS_MODEL' : 'PACT_EMBEDDINGS_URL'}: needed too, to use an embedding model`,
    );
  }
  return {
    port: env.PACT_PORT,
    sitePort: env.PACT_SITE_PORT,
    // The embedded mode is a laptop's: reachable from this machine alone. With a server database it is a service's.
    host: env.PACT_HOST ?? (env.DATABASE_URL ? '0.0.0.0' : 'localhost'),
    dataDir: env.PACT_DATA_DIR,
    siteOrigin: env.PACT_SITE_ORIGIN ?? `http://localhost:${env.PACT_SITE_PORT}`,
    databaseUrl: env.DATABASE_URL,
    databaseReplicaUrl: env.DATABASE_REPLICA_URL,
    databasePoolSize: env.DATABASE_POOL_SIZE,
    redisUrl: env.REDIS_URL,
    apiKey: env.PACT_API_KEY,
    localPlan: env.PACT_LOCAL_PLAN,
    trackEmotion: env.PACT_TRACK_EMOTION !== 'false',
    embeddings: url && model ? { url, model, apiKey: env.PACT_EMBEDDINGS_API_KEY } : undefined,
    archive: archiveOf(env),
    runsJobs: env.PACT_JOBS === 'on',
    workerPort: env.PACT_WORKER_PORT,
    llm: llmOf(env),
    telemetry: telemetryOf(env),
    logLevel: env.PACT_LOG_LEVEL,
  };
}

function archiveOf(env: z.output<typeof Variables>): ArchiveEnv | undefined {
  const { PACT_ARCHIVE_URL: url, PACT_ARCHIVE_AFTER_DAYS: afterDays } = env;
  const place = url ? placeOf(url, env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL) : undefined;
  return place && { place, afterDays };
}

function placeOf(url: string, endpoint: string | undefined): ArchiveEnv['place'] | undefined {
  const bucket = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(url);
  if (bucket) {
    const prefix = (bucket[2] ?? '').replace(/^\/+|\/+$/g, '');
    return { bucket: bucket[1]!, prefix: prefix && `${prefix}/`, endpoint };
  }
  try {
    if (url.startsWith('file:')) return { folder: fileURLToPath(url) };
  } catch {
    return undefined;
  }
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? undefined : { folder: url };
}

/** @throws {EnvError} when it is half set: a provider that nobody meant is asked nothing, one that was meant is not left out. */
function llmOf(env: z.output<typeof Variables>): LlmEnv | undefined {
  const { PACT_LLM_PROVIDER: provider, PACT_LLM_MODEL: model, PACT_LLM_API_KEY: apiKey } = env;
  const { PACT_LLM_BASE_URL: baseUrl, PACT_LLM_MONTHLY_TOKENS: budget, AWS_REGION: region } = env;
  const needs = (name: string, why: string) => new EnvError(`${name}: ${why}`);
  if (!provider) {
    if (!(model || apiKey || baseUrl || budget)) return undefined;
    throw needs('PACT_LLM_PROVIDER', 'needed too, to use a language model');
  }
  if (!model) throw needs('PACT_LLM_MODEL', `needed too, to use ${provider}`);
  if (provider === 'bedrock' && apiKey) {
    throw needs('PACT_LLM_API_KEY', 'not for bedrock, which uses the credentials of AWS');
  }
  if (provider === 'bedrock' && !region) throw needs('AWS_REGION', 'needed too, to use bedrock');
  const isOwnServer = provider === 'openai' && baseUrl !== undefined;
  if (provider !== 'bedrock' && !isOwnServer && !apiKey) {
    throw needs('PACT_LLM_API_KEY', `needed too, to use ${provider}`);
  }
  const monthlyTokens = budget === 'unlimited' ? undefined : Number(budget ?? DEFAULT_MONTHLY_TOKENS);
  return { provider, model, apiKey, baseUrl, region, monthlyTokens };
}

function telemetryOf(env: z.output<typeof Variables>): TelemetryEnv | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = env;
  if (!endpoint) return undefined;
  return {
    endpoint,
    serviceName: env.OTEL_SERVICE_NAME ?? 'pact-api',
    stage: env.PACT_STAGE,
    traceShare: env.OTEL_TRACES_SAMPLER_ARG,
    metricIntervalMs: env.OTEL_METRIC_EXPORT_INTERVAL,
  };
}
