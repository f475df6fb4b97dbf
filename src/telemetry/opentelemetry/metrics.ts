import type { BatchObservableResult, Meter, ObservableResult } from '@opentelemetry/api';
import type { ServiceHealth } from '../../foundations/contracts/health';
import type { TelemetrySource } from '../../foundations/contracts/telemetry';

const namespace = 'bigmind.webhooks';
/** As in OpenTelemetry's conventions for durations of HTTP, and up to the longest runs of handlers. In seconds. */
const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const handlerSeconds = [...requestSeconds, 30, 60, 300, 900];
const kb = 1024;
const bodyBytes = [256, kb, 4 * kb, 16 * kb, 64 * kb, 256 * kb, kb * kb, 4 * kb * kb];

/** The instruments of a receiver that record as things happen. Their names are in docs/operations.md, the dashboard and the alerts. */
export function instrumentsOf(meter: Meter) {
  const histogram = (name: string, unit: string, description: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(`${namespace}.${name}`, { unit, description, advice: { explicitBucketBoundaries } });
  return {
    deadLetters: meter.createCounter(`${namespace}.dead_letters`, {
      unit: '{delivery}',
      description: 'Deliveries that became dead letters, by event',
    }),
    duration: histogram('delivery.duration', 's', 'From arrival or start of an attempt to outcome', requestSeconds),
    bodySize: histogram('delivery.body.size', 'By', 'Length of bodies', bodyBytes),
    handlerDuration: histogram('handler.duration', 's', 'Runs of handlers, by result', handlerSeconds),
  };
}

export type Instruments = ReturnType<typeof instrumentsOf>;

/** Counted here and observed at each collection, since a record of the SDK costs more. */
export interface Counts {
  readonly deliveries: LabelledCounts<'bigmind.event' | 'bigmind.outcome'>;
  readonly repeats: LabelledCounts<'bigmind.event' | 'bigmind.outcome'>;
  readonly activeHandlers: LabelledCounts<'bigmind.event' | 'bigmind.handler'>;
}

const countsOfMeters = new WeakMap<Meter, Counts>();

/**
 * The counts of a meter, which its receivers share: if two observed the same series, a collection would keep one. They
 * are observed as long as the meter lives, so that its last flush has the counts of closed receivers.
 */
export function countsOf(meter: Meter): Counts {
  const known = countsOfMeters.get(meter);
  if (known !== undefined) return known;
  const counts = {
    deliveries: new LabelledCounts('bigmind.event', 'bigmind.outcome'),
    repeats: new LabelledCounts('bigmind.event', 'bigmind.outcome'),
    activeHandlers: new LabelledCounts('bigmind.event', 'bigmind.handler'),
  } satisfies Counts;
  countsOfMeters.set(meter, counts);
  observeCounts(meter, counts);
  return counts;
}

interface Series<Name extends string> {
  readonly labels: Readonly<Record<Name, string>>;
  count: number;
}

/** A count for each pair of labels. */
export class LabelledCounts<Name extends string> {
  readonly #names: readonly [Name, Name];
  readonly #series = new Map<string, Map<string, Series<Name>>>();

  constructor(...names: [Name, Name]) {
    this.#names = names;
  }

  /** Adds to the count of these values. Returns their labels, the same object each time. */
  add(first: string, second: string, change: 1 | -1 = 1): Readonly<Record<Name, string>> {
    const series = this.#seriesOf(first, second);
    series.count += change;
    return series.labels;
  }

  readonly observe = (result: ObservableResult): void => {
    for (const ofFirst of this.#series.values()) {
      for (const { labels, count } of ofFirst.values()) result.observe(count, labels);
    }
  };

  #seriesOf(first: string, second: string): Series<Name> {
    const known = this.#series.get(first)?.get(second);
    if (known !== undefined) return known;
    const [name, other] = this.#names;
    const series = { labels: { [name]: first, [other]: second } as Record<Name, string>, count: 0 };
    const ofFirst = this.#series.get(first) ?? new Map<string, Series<Name>>();
    this.#series.set(first, ofFirst.set(second, series));
    return series;
  }
}

function observeCounts(meter: Meter, { deliveries, repeats, activeHandlers }: Counts): void {
  const counter = (name: string, description: string) =>
    meter.createObservableCounter(`${namespace}.${name}`, { unit: '{delivery}', description });
  counter('deliveries', 'Deliveries and attempts of jobs, by event and outcome').addCallback(deliveries.observe);
  counter('repeats', 'Deliveries that came or were tried before, by event and outcome').addCallback(repeats.observe);
  meter
    .createObservableUpDownCounter(`${namespace}.active_handlers`, {
      unit: '{handler}',
      description: 'Handlers that run now',
    })
    .addCallback(activeHandlers.observe);
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
