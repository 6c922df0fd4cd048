import type { Config } from './config.js';
import { traceWith } from './trace.js';

/** Spans go to the collector that is configured; without one not even the library is loaded. What is answered ends that. */
export async function openTraces(config: Config): Promise<() => Promise<void>> {
  if (config.tracesUrl === undefined) return async () => undefined;
  const { openTelemetry } = await import('./open-telemetry.js');
  const tracing = openTelemetry(config);
  const end = traceWith(tracing.begin);
  return async () => {
    end();
    await tracing.close();
  };
}
