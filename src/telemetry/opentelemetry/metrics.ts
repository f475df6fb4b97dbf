import type { Attributes, BatchObservableResult, Meter, ObservableResult } from '@opentelemetry/api';
import type { ServiceHealth } from '../../foundations/contracts/health';
import type { TelemetrySource } from '../../foundations/contracts/telemetry';

const namespace = 'bigmind.webhooks';
/** As in OpenTelemetry's conventions for durations of HTTP, and up to the longest runs of handlers. In seconds. */
const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const handlerSeconds = [...requestSeconds, 30, 60, 300, 900];
const kb = 1024;
const bodyBytes = [256, kb, 4 * kb, 16 * kb, 64 * kb, 256 * kb, kb * kb, 4 * kb * kb];

/** The instruments of a receiver. Their names are in docs/operations.md, the dashboard and the alerts. */
export function instrumentsOf(meter: Meter) {
  const histogram = (name: string, unit: string, description: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(`${namespace}.${name}`, { unit, description, advice: { explicitBucketBoundaries } });
  const counter = (name: string, unit: string, description: string) =>
    meter.createCounter(`${namespace}.${name}`, { unit, description });
  return {
    deliveries: counter('deliveries', '{delivery}', 'Deliveries and attempts of jobs, by event and outcome'),
    repeats: counter('repeats', '{delivery}', 'Deliveries that came or were tried before, by event and outcome'),
    deadLetters: counter('dead_letters', '{delivery}', 'Deliveries that became dead letters, by event'),
    duration: histogram('delivery.duration', 's', 'From arrival to outcome', requestSeconds),
    bodySize: histogram('delivery.body.size', 'By', 'Length of bodies', bodyBytes),
    handlerDuration: histogram('handler.duration', 's', 'Runs of handlers, by result', handlerSeconds),
  };
}

export type Instruments = ReturnType<typeof instrumentsOf>;

/** Handlers that run now, by event and name. Counted here, since a record of the SDK costs more than this. */
export class ActiveHandlers {
  readonly #series = new Map<string, { readonly labels: Attributes; count: number }>();

  add(labels: Readonly<Record<string, string>>, change: 1 | -1): void {
    const name = JSON.stringify(labels);
    const series = this.#series.get(name);
    if (series === undefined) this.#series.set(name, { labels, count: change });
    else series.count += change;
  }

  observe(meter: Meter): () => void {
    const description = 'Handlers that run now';
    const gauge = meter.createObservableGauge(`${namespace}.active_handlers`, { unit: '{handler}', description });
    const observe = (result: ObservableResult): void => {
      for (const { labels, count } of this.#series.values()) result.observe(count, labels);
    };
    gauge.addCallback(observe);
    return () => gauge.removeCallback(observe);
  }
}

/** Observes what `health()` says, at each collection. Returns a function that ends it. */
export function observeHealth(meter: Meter, source: TelemetrySource): () => void {
  const gauge = (name: string, unit: string, description: string) =>
    meter.createObservableGauge(`${namespace}.${name}`, { unit, description });
  const deliveries = gauge('active_deliveries', '{delivery}', 'Deliveries that are not answered yet');
  const bytes = gauge('active_bytes', 'By', 'Bytes of bodies that are held');
  const up = gauge('dependency.up', '1', 'Whether the store, the queue and the journal answer: 1 or 0');
  const latency = gauge('dependency.latency', 's', 'How long the store, the queue and the journal take to answer');
  const waiting = gauge('queue.waiting', '{delivery}', 'Deliveries that wait in the queue, in all processes');
  const running = gauge('queue.running', '{delivery}', 'Deliveries that workers run, in all processes');
  const dead = gauge('queue.dead', '{delivery}', 'Dead letters, in all processes');
  const oldest = gauge('queue.oldest.age', 's', 'Age of the oldest delivery that waits in the queue');

  async function observe(result: BatchObservableResult): Promise<void> {
    const { store, queue, journal, inFlight } = await source.health();
    function observeService(name: string, health: ServiceHealth | undefined): void {
      if (health === undefined) return;
      const attributes = { 'bigmind.dependency': name };
      result.observe(up, health.ok ? 1 : 0, attributes);
      result.observe(latency, health.latencyMs / 1000, attributes);
    }
    result.observe(deliveries, inFlight.deliveries);
    result.observe(bytes, inFlight.bytes);
    observeService('store', store);
    observeService('queue', queue);
    observeService('journal', journal);
    // The counts of a queue that does not answer stay what they were: `dependency.up` says so.
    if (queue?.waiting === undefined) return;
    result.observe(waiting, queue.waiting);
    result.observe(running, queue.running ?? 0);
    result.observe(dead, queue.dead ?? 0);
    result.observe(oldest, (queue.oldestWaitingMs ?? 0) / 1000);
  }
  const observed = [deliveries, bytes, up, latency, waiting, running, dead, oldest];
  meter.addBatchObservableCallback(observe, observed);
  return () => meter.removeBatchObservableCallback(observe, observed);
}
