import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import type { Telemetry } from '../../foundations/contracts/telemetry';
import { badOption, hasMethod, knownOptions } from '../../foundations/option-checks';
import { followWith } from './follow';
import { loadApi } from './load-api';
import { countsOf, instrumentsOf, observeHealth } from './metrics';

export interface OpenTelemetryOptions {
  /** Makes the spans. @default the registered one */
  readonly tracerProvider?: { getTracer(name: string, version?: string): unknown } | undefined;
  /** Makes the metrics. @default the registered one: start the SDK before you make a receiver */
  readonly meterProvider?: { getMeter(name: string, version?: string): unknown } | undefined;
}

const known = { tracerProvider: true, meterProvider: true } satisfies Record<keyof OpenTelemetryOptions, true>;

/** The instrumentation's name. */
const scope = 'bigmind-webhooks';

/**
 * Spans and metrics by OpenTelemetry, for the option `telemetry`. A span for each delivery, as a child of the active one,
 * for each handler, and for both ends of the queue, as one trace. It needs `@opentelemetry/api`. No span and no metric
 * holds a tenant, a secret, a signature or text of a payload.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Telemetry {
  knownOptions(options, 'openTelemetry', known);
  const api = loadApi();
  const tracers = providerOf('tracerProvider', options.tracerProvider, 'getTracer') as TracerProvider | undefined;
  const meters = providerOf('meterProvider', options.meterProvider, 'getMeter') as MeterProvider | undefined;
  return {
    open(source) {
      const meter = (meters ?? api.metrics).getMeter(scope);
      const stopObserving = observeHealth(meter, source);
      const tracer = (tracers ?? api.trace).getTracer(scope);
      const follow = followWith({
        api,
        tracer,
        instruments: instrumentsOf(meter),
        counts: countsOf(meter),
        events: source.events,
      });
      return {
        ...follow,
        close: stopObserving,
      };
    },
  };
}

function providerOf(name: keyof OpenTelemetryOptions, given: unknown, method: string): unknown {
  if (given === undefined || hasMethod(given, method)) return given;
  throw badOption(`openTelemetry.${name}`, `an object with ${method}(), such as that of the SDK`, given);
}
