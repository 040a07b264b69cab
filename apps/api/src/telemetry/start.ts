import type { Logger } from 'pino';
import { silent, type Telemetry, type TelemetryEnv } from './index.ts';

/** OpenTelemetry where an endpoint is set; without one none of it is loaded. */
export async function startTelemetry(
  env: TelemetryEnv | undefined,
  log: Pick<Logger, 'warn' | 'info'>,
): Promise<Telemetry> {
  if (!env) return silent;
  const { startOtlp } = await import('./otlp.ts');
  return startOtlp(env, log);
}
