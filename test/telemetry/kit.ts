import type { Attributes } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { openTelemetry } from '../../src/telemetry/opentelemetry';

/** A metric at one moment: each series by its labels. */
export interface Series {
  readonly unit: string;
  readonly points: readonly { readonly attributes: Attributes; readonly value: unknown }[];
}

/** The SDK with exporters in memory. `spans` are those that have ended, in that order. */
export function observed() {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  return {
    tracerProvider,
    meterProvider,
    telemetry: openTelemetry({ tracerProvider, meterProvider }),
    spans: (): readonly ReadableSpan[] => exporter.getFinishedSpans(),
    async metrics(): Promise<ReadonlyMap<string, Series>> {
      metricExporter.reset();
      await meterProvider.forceFlush();
      const found = metricExporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((each) => each.metrics));
      return new Map(
        found.map(({ descriptor, dataPoints }) => [descriptor.name, { unit: descriptor.unit, points: dataPoints }]),
      );
    },
    async end(): Promise<void> {
      await Promise.all([tracerProvider.shutdown(), meterProvider.shutdown()]);
    },
  };
}

/** The value of one series; `undefined` if there is none with these labels. */
export function seriesValue(metrics: ReadonlyMap<string, Series>, name: string, labels: Attributes = {}): unknown {
  const points = metrics.get(name)?.points ?? [];
  return points.find(({ attributes }) => Object.entries(labels).every(([label, value]) => attributes[label] === value))
    ?.value;
}

export function named(spans: readonly ReadableSpan[], name: string): ReadableSpan {
  const [span, ...others] = spans.filter((each) => each.name === name);
  if (span === undefined || others.length > 0) {
    throw new Error(`Not one span is named ${name}: ${spans.map((each) => each.name).join(', ')}`);
  }
  return span;
}

/** The span that a span is the child of. */
export function parentOf(span: ReadableSpan): string | undefined {
  return span.parentSpanContext?.spanId;
}
