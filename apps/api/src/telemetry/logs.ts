import type { Context } from '@opentelemetry/api';
import type { AnyValueMap, Logger } from '@opentelemetry/api-logs';

/** OpenTelemetry's numbers for pino's levels. */
const SEVERITIES: Record<number, { number: number; text: string }> = {
  10: { number: 1, text: 'TRACE' },
  20: { number: 5, text: 'DEBUG' },
  30: { number: 9, text: 'INFO' },
  40: { number: 13, text: 'WARN' },
  50: { number: 17, text: 'ERROR' },
  60: { number: 21, text: 'FATAL' },
};

/** Takes pino's lines as they are written: what goes to the collector is what stands in the log, and nothing else. */
export function createLogLines(logger: Logger, active: () => Context): { write(line: string): void } {
  return {
    write: (line) => {
      const { level, time, msg, trace_id: _, span_id: __, ...attributes } = JSON.parse(line);
      const severity = SEVERITIES[level as number];
      logger.emit({
        timestamp: new Date(time),
        body: msg,
        attributes: attributes as AnyValueMap,
        context: active(),
        ...(severity ? { severityNumber: severity.number, severityText: severity.text } : {}),
      });
    },
  };
}
