import { type DestinationStream, type Logger, pino } from 'pino';
import type { Env } from './env.ts';
import type { Telemetry } from './telemetry/index.ts';

/** The process's log: lines of JSON on the standard output, and the same to the collector where there is one. */
export function createLog(
  level: Env['logLevel'],
  telemetry: Telemetry,
  out: DestinationStream = pino.destination(1),
): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  const { logLines } = telemetry;
  if (!logLines) return pino(options, out);
  const everywhere = [out, logLines].map((stream) => ({ level: 'trace' as const, stream }));
  return pino({ ...options, mixin: () => telemetry.logFields() }, pino.multistream(everywhere));
}
