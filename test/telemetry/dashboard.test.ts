import { readFileSync } from 'node:fs';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { bigmindWebhooks } from '../../src';
import { openTelemetry } from '../../src/telemetry/opentelemetry';
import { FaultyStore, genuine, rejects, secret, send, until } from '../deduplication/kit';
import { tableRows } from '../docs/markdown';
import { ArrayQueue } from '../queueing/array-queue';

const docs = join(__dirname, '../../docs');
const alerts = readFileSync(join(docs, 'alerts.yml'), 'utf8');
const dashboard = JSON.parse(readFileSync(join(docs, 'grafana-dashboard.json'), 'utf8')) as {
  readonly panels: readonly {
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number };
    readonly targets: readonly { readonly expr: string }[];
  }[];
};
/** Each rule as the file writes it: its name, its expression, and how long that has to hold. */
const rules = [...alerts.matchAll(/^ {6}- alert: (\w+)\n {8}expr: (['"])(.+)\2\n {8}for: \d+m$/gm)].map(
  ([, name = '', , expr = '']) => ({ name, expr }),
);
const expressions = [
  ...rules.map(({ name, expr }) => [name, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
];

/** What a run exports: the labels of each metric, by its name in Prometheus. */
let exported: ReadonlyMap<string, ReadonlySet<string>>;

beforeAll(async () => {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const meterProvider = new MeterProvider({ readers: [exporter] });
  const telemetry = openTelemetry({ meterProvider });
  const queue = new ArrayQueue({ attempts: 2 });
  const webhooks = bigmindWebhooks({ secret, logger: false, queue, telemetry });
  webhooks.on('*', () => Promise.reject(new Error('no')));
  await webhooks.work();
  await send(webhooks, genuine());
  await until(() => queue.states[0] === 'dead after 2');
  exported = labelsIn(await scrape(exporter));
  await webhooks.close();
  await meterProvider.shutdown();
});

function scrape(exporter: PrometheusExporter): Promise<string> {
  return new Promise((resolve) => {
    const request = new IncomingMessage(new Socket());
    const response = new ServerResponse(request);
    response.end = ((text: string) => {
      resolve(text);
      return response;
    }) as typeof response.end;
    exporter.getMetricsRequestHandler(request, response);
  });
}

function labelsIn(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+/gm)) {
    const known = found.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    found.set(name, known);
  }
  return found;
}

test('a run exports the metrics, and the files are read whole', () => {
  expect([...exported.keys()].filter((name) => name.startsWith('bigmind_webhooks_')).length).toBeGreaterThan(14);
  expect(rules).toHaveLength([...alerts.matchAll(/alert:/g)].length);
  expect(rules.length).toBeGreaterThan(8);
  expect(dashboard.panels.length).toBeGreaterThan(10);
  expect(dashboard.panels.every(({ targets }) => targets.length > 0)).toBe(true);
});

test.each(expressions)('"%s" asks for metrics and labels that a run exports: %s', (_, expr) => {
  const metrics = [...expr.matchAll(/\bbigmind_webhooks_\w+/g)].map(([name]) => name);
  expect(metrics.length).toBeGreaterThan(0);
  expect(metrics.filter((name) => !exported.has(name))).toStrictEqual([]);
  const labels = [...expr.matchAll(/\b(?:bigmind_(?!webhooks_)\w+|le)\b/g)].map(([label]) => label);
  for (const metric of metrics) {
    expect(labels.filter((label) => exported.get(metric)?.has(label) !== true)).toStrictEqual([]);
  }
});

test.each(expressions)('the expression of "%s" is closed: %s', (_, expr) => {
  const open: string[] = [];
  const pairs: Readonly<Record<string, string>> = { ')': '(', '}': '{', ']': '[' };
  for (const [sign] of expr.replace(/"[^"]*"/g, '""').matchAll(/[(){}[\]]/g)) {
    if (pairs[sign] === undefined) open.push(sign);
    else expect(open.pop()).toBe(pairs[sign]);
  }
  expect(open).toHaveLength(0);
});

test('each service that health() asks has an alert', () => {
  const watched = rules.flatMap(({ expr }) => /dependency_up\{bigmind_dependency="(\w+)"\}/.exec(expr)?.[1] ?? []);
  expect(watched.toSorted()).toEqual(['journal', 'queue', 'store']);
});

test('no request that a stranger can send ends the alert of a wrong secret', async () => {
  const webhooks = bigmindWebhooks({ secret, logger: false, limit: 100 });
  const signed = { 'x-signature': 'a'.repeat(64) };
  const outcomes: string[] = [];
  const note = async (request: Parameters<typeof webhooks.receive>[0]) => {
    const { code } = JSON.parse((await webhooks.receive(request)).body) as { code: string };
    outcomes.push(code.toLowerCase().replaceAll('_', '-'));
  };
  await note({ headers: signed, body: '{}' });
  await note({ headers: signed, body: '{}', method: 'PUT' });
  await note({ headers: signed, body: 'x'.repeat(101) });
  await note({ headers: { ...signed, 'content-encoding': 'gzip' }, body: '{}' });
  await webhooks.close();
  await note({ headers: signed, body: '{}' });
  const expected = ['unauthenticated', 'method-not-allowed', 'too-large', 'unsupported-encoding', 'unavailable'];
  expect(outcomes).toEqual(expected);
  const { expr = '' } = rules.find(({ name }) => name === 'BigmindUnauthenticated') ?? {};
  const [, genuineOnes = ''] = expr.split(' unless ');
  const [, pattern = ''] = /bigmind_outcome=~"([^"]+)"/.exec(genuineOnes) ?? [];
  const ends = new RegExp(`^(?:${pattern})$`);
  expect([...expected, 'read-timeout'].filter((outcome) => ends.test(outcome))).toStrictEqual([]);
  expect(
    ['processed', 'duplicate', 'queued', 'failed', 'invalid'].filter((outcome) => !ends.test(outcome)),
  ).toStrictEqual([]);
});

test('deliveries that an outage keeps from being handled end it, and those are told from a stranger’s by their event', async () => {
  const { expr = '' } = rules.find(({ name }) => name === 'BigmindUnauthenticated') ?? {};
  expect(expr).toContain('bigmind_outcome="unavailable",bigmind_event!="unknown"');
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const meterProvider = new MeterProvider({ readers: [exporter] });
  const telemetry = openTelemetry({ meterProvider });
  const store = new FaultyStore().break(rejects, 'claim');
  const receivers = [
    bigmindWebhooks({ secret, logger: false, telemetry, deduplicate: { store } }).on('*', () => undefined),
    bigmindWebhooks({ secret: () => Promise.reject(new Error('no')), logger: false, telemetry }),
    bigmindWebhooks({ secret, logger: false, telemetry, maxBytesInFlight: 1 }),
    bigmindWebhooks({ secret, logger: false, telemetry }),
  ];
  await receivers.at(-1)?.close();
  for (const webhooks of receivers) expect(await send(webhooks, genuine())).toBe('503 UNAVAILABLE');
  const counted = [...(await scrape(exporter)).matchAll(/^bigmind_webhooks_deliveries_total\{(.*)\} (\d+)/gm)];
  expect(counted.map(([, labels = '', count]) => [/bigmind_event="(\w+)"/.exec(labels)?.[1], count])).toEqual([
    ['notes_created', '1'],
    ['unknown', '3'],
  ]);
  for (const webhooks of receivers) await webhooks.close();
  await meterProvider.shutdown();
});

test('no panel lies over another', () => {
  const places = dashboard.panels.map(({ gridPos }) => `${gridPos.x} ${gridPos.y}`);
  expect(new Set(places).size).toBe(places.length);
});

test('the documents list every metric, and every alert, and none that is gone', () => {
  const listed = tableRows('docs/operations.md', 'metric').map(([name = '']) => name.replaceAll('.', '_'));
  const names = [...exported.keys()]
    .filter((name) => name.startsWith('bigmind_webhooks_'))
    .map((name) => name.replace(/_(?:total|bucket|sum|count)$/, ''));
  expect(listed.toSorted()).toEqual([...new Set(names)].toSorted());
  const explained = tableRows('docs/operations.md', 'alert').flatMap(([name = '']) => name.split(', '));
  expect(explained.toSorted()).toEqual(rules.map(({ name }) => name).toSorted());
});
