import { fieldsOf } from '../../foundations/fields-of';
import { isThenable } from '../../foundations/maybe-promise';
import type { BigmindWebhooks } from '../../index';
import { misuse } from '../failure';
import { visibleText } from '../visible-text';

type Exports = ReadonlyMap<string, unknown>;

/**
 * The receiver that a module exports: its default export, `webhooks`, or the one export that is a receiver. Promises are
 * awaited if none is there at once.
 *
 * @throws Failure that names what the module exports instead, and what the module itself throws
 */
export async function findReceiver(module: object, path: string): Promise<BigmindWebhooks> {
  const exported = exportsOf(module);
  const atOnce = receiversIn(exported);
  const receivers = atOnce.size > 0 ? atOnce : receiversIn(await settled(exported));
  const chosen = receivers.get('default') ?? receivers.get('webhooks') ?? onlyOne(receivers);
  if (chosen !== undefined) return chosen;
  const name = visibleText(path);
  if (receivers.size === 0) throw misuse(`--app ${name} exports no receiver: ${described(exported)}.`);
  throw misuse(
    `--app ${name} exports several receivers: ${[...receivers.keys()].map(visibleText).join(', ')}. Export one of them ` +
      'as webhooks, or from a module of its own.',
  );
}

/** What a module exports, by name. `import()` gives the exports of CommonJS as the default export. */
function exportsOf(module: object): Exports {
  const exported = new Map<string, unknown>(Object.entries(module));
  exported.delete('module.exports');
  const inner = fieldsOf(exported.get('default'));
  const names = isReceiver(inner) ? [] : Object.keys(inner);
  if (names.length > 0) exported.delete('default');
  for (const name of names) exported.set(name, inner[name]);
  return exported;
}

function receiversIn(exported: Exports): ReadonlyMap<string, BigmindWebhooks> {
  return new Map([...exported].filter((entry): entry is [string, BigmindWebhooks] => isReceiver(entry[1])));
}

async function settled(exported: Exports): Promise<Exports> {
  return new Map(
    await Promise.all(
      [...exported].map(async ([name, value]) => [name, isThenable(value) ? await value : value] as const),
    ),
  );
}

/** The only receiver, however many names it has. */
function onlyOne(receivers: ReadonlyMap<string, BigmindWebhooks>): BigmindWebhooks | undefined {
  const [only, ...others] = new Set(receivers.values());
  return others.length === 0 ? only : undefined;
}

const methods = ['on', 'receive', 'verify', 'dispatch', 'close'] as const;

/** By its members, since it may come from another copy of this package. Reading `router` would open connections. */
function isReceiver(value: unknown): value is BigmindWebhooks {
  const members = fieldsOf(value);
  return methods.every((name) => typeof members[name] === 'function') && typeof members['deadLetters'] === 'object';
}

const mostNamed = 10;

function described(exported: Exports): string {
  const remedy = 'Export what bigmindWebhooks() returns, as default or as webhooks';
  const names = [...exported].map(([name, value]) => `${visibleText(name)} (${kindOf(value)})`);
  if (names.length === 0) return `it exports nothing. ${remedy}`;
  const rest = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  return `it exports ${names.slice(0, mostNamed).join(', ')}${rest}. ${remedy}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (isThenable(value)) return 'a promise of something else';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
