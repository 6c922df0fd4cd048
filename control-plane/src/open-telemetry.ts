import { randomUUID } from 'node:crypto';
import { SpanStatusCode } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Config } from './config.js';
import { attributesOf, type Begin } from './trace.js';

export interface Tracing {
  begin: Begin;
  /** Sends what waits; at most as long as a collector may take. */
  close(): Promise<void>;
}

const name = 'drawbridge-control-plane';

/** The longest that a stop waits for a collector that does not answer. */
const exportMs = 5_000;

/**
 * Spans for a collector, by OTLP over HTTP. Of the process nothing is said but a number of its own: no host, no address, no
 * command line. A span's text is its name and its attributes, and those are on a list.
 */
export function openTelemetry({ tracesUrl, tracesRatio }: Config): Tracing {
  const exporter = new OTLPTraceExporter({
    url: `${tracesUrl}/v1/traces`,
    timeoutMillis: exportMs,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': name,
      'service.instance.id': randomUUID(),
    }),
    sampler: new TraceIdRatioBasedSampler(tracesRatio),
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: exportMs })],
  });
  const tracer = provider.getTracer(name);
  return {
    begin: (span, facts) => {
      const begun = tracer.startSpan(span, { root: true, attributes: attributesOf(facts) });
      return {
        end: (more = {}) => {
          begun.setAttributes(attributesOf(more));
          if (more.code !== undefined) begun.setStatus({ code: SpanStatusCode.ERROR });
          begun.end();
        },
      };
    },
    // A collector that is away must not keep a process from leaving.
    close: () => provider.shutdown().catch(() => undefined),
  };
}
