import { examplePayload } from '../../../src/testing';

/** The length of each body, in characters. */
const length = 1_000_000;

const repeated = (text: string, most = length) => text.repeat(most / text.length);
const asData = (data: string) => `{"event":"todo_created","data":${data}}`;
const names = (number: number) => Array.from({ length: number }, (_, key) => `"k${key}":1`).join(',');
const agentRun = examplePayload('agent_run_completed');
const wrong = { ...agentRun, data: { ...agentRun.data, tools_used: Array(4900).fill(1) } };

/** Bodies that are meant to hold up whoever reads them. */
export const hostileBodies: Readonly<Record<string, string | Buffer>> = {
  'lists in lists': asData(`${repeated('[[],')}1${']'.repeat(length / 4)}`),
  'lists that never end': repeated('['),
  'objects in objects': asData(`${repeated('{"a":')}1${'}'.repeat(length / 5)}`),
  'a wide list': asData(`[${repeated('[],')}1]`),
  '100,000 names': asData(`{${names(100_000)}}`),
  '4,900 wrong values': JSON.stringify(wrong),
  'one long word': asData(`"${repeated('w')}"`),
  'a million escapes': asData(`"${'\\n'.repeat(length)}"`),
  'escapes that turn text around': asData(`"${repeated('\\u202e')}"`),
  'one long number': asData('1'.repeat(length)),
  'one long name': asData(`{"${repeated('\\u0001', 255_000)}":1}`),
  'names that poison': asData(`{${Array(60_000).fill('"__proto__":{"a":1}').join(',')}}`),
  'invisible characters': repeated('x\u0001'),
  'characters that turn text around': repeated('\u202e\u0007', 300_000),
  'line ends': repeated('\n'),
  'JSON that breaks at its last byte': asData(`{${names(90_000)}}`).slice(0, -1),
  'no UTF-8': Buffer.concat([Buffer.from('{"event":"'), Buffer.alloc(length, 0xff)]),
  'what is just short enough': asData(`{${names(2400)}}`),
  'a text that is just short enough': asData(`"${repeated('\\u202e', 255_000)}"`),
};
