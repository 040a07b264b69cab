import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { Logger } from 'pino';

interface Exporter {
  export(items: never, done: (result: ExportResult) => void): void;
}

/** Says once an outage, and not once a batch, that nobody takes what is sent. */
export interface Outage {
  /** Has an exporter watched. */
  watch<Watched extends Exporter>(exporter: Watched): Watched;
}

export function createOutage(endpoint: string, log: Pick<Logger, 'warn' | 'info'>): Outage {
  let isSaid = false;
  const note = ({ code }: ExportResult) => {
    const failed = code !== ExportResultCode.SUCCESS;
    if (failed === isSaid) return;
    isSaid = failed;
    const host = hostOf(endpoint);
    if (failed)
      log.warn({ collector: host }, 'the telemetry collector cannot be reached; its share is dropped');
    else log.info({ collector: host }, 'the telemetry collector is back');
  };
  return {
    watch: (exporter) => {
      const send = exporter.export.bind(exporter);
      exporter.export = (items, done) =>
        send(items, (result) => {
          note(result);
          done(result);
        });
      return exporter;
    },
  };
}

/** Without a password that its address may carry. */
const hostOf = (endpoint: string) => new URL(endpoint).host;
