import bigmind from '../../dist/index.js';
import testing from '../../dist/testing/index.js';

const schemes = [
  bigmind.hmac({ header: 'x-bigmind-signature' }),
  bigmind.hmac({ header: 'x-hmac', algorithm: 'sha512', encoding: 'base64' }),
  bigmind.timestampedHmac({ header: 'x-bigmind-signature' }),
  bigmind.standardWebhooks(),
];

/** What follows the first brace of a payload. */
const examples = bigmind.eventNames.map((event) => JSON.stringify(testing.examplePayload(event)).slice(1));

/** Makes requests that began as genuine deliveries; most are changed. Headers are pairs of names and values. */
export function mutator(random, secret) {
  const { below, oneOf, bytes, chance } = random;
  let made = 0;
  let earlier = { headers: [], body: Buffer.alloc(0) };

  function signed(body, withSecret = secret) {
    const input = { rawBody: body, secret: withSecret, signedAt: Date.now(), id: `msg_${made}` };
    return Object.entries(oneOf(schemes).sign(input));
  }
  function payload() {
    made += 1;
    const more = chance(0.1) ? `,"more":${JSON.stringify(bytes(40).toString('latin1'))}` : '';
    return `{"made":${made}${more},${oneOf(examples)}`;
  }

  const bodies = {
    flip: (body) => changed(body, (copy, at) => (copy[at] ^= 1 << below(8))),
    cut: (body) => body.subarray(0, below(body.length + 1)),
    insert: (body) => spliced(body, 0, bytes(8)),
    remove: (body) => spliced(body, below(8), Buffer.alloc(0)),
    space: (body) => spliced(body, 0, Buffer.from(oneOf([' ', '\n', '\ufeff', '\0']))),
    replace: () => bytes(300),
    empty: () => Buffer.alloc(0),
    repeat: (body) => Buffer.concat([body, body]),
    anotherEvent: (body) => Buffer.from(body.toString().replace(/"event":"\w+"/, '"event":"other"')),
    deep: () => Buffer.from('['.repeat(below(2000)) + ']'.repeat(below(2000))),
    poison: () => Buffer.from('{"event":"email_sent","__proto__":{"x":1},"constructor":{"prototype":{}}}'),
  };
  function changed(body, change) {
    const copy = Buffer.from(body);
    if (copy.length > 0) change(copy, below(copy.length));
    return copy;
  }
  function spliced(body, gone, put) {
    const at = below(body.length + 1);
    return Buffer.concat([body.subarray(0, at), put, body.subarray(at + gone)]);
  }

  const names = ['x-signature', 'x-hmac-sha256', 'webhook-signature', 'webhook-id', 'webhook-timestamp', 'x-timestamp'];
  const values = {
    flip: (value) => textChanged(value, () => String.fromCharCode(33 + below(94))),
    cut: (value) => value.slice(0, below(value.length + 1)),
    upper: (value) => value.toUpperCase(),
    twice: (value) => `${value},${value}`,
    prefix: (value) => `${oneOf(['sha256=', 'sha512=', 'v0=', 'v1=', 'v1,', 't=1,', ' '])}${value}`,
    recode: (value) => Buffer.from(value.replace(/^.*=(?=.)/, ''), 'hex').toString(oneOf(['base64', 'base64url'])),
    hex: () => Array.from({ length: 64 }, () => below(16).toString(16)).join(''),
    time: () => String(Math.floor(Date.now() / 1000) + oneOf([0, 299, -299, 301, -301, 1e9])),
    noise: () =>
      bytes(80)
        .toString('latin1')
        .replaceAll(/[^\x20-\x7e]/g, ''),
    long: (value) => value.repeat(20).slice(0, 3000),
  };
  function textChanged(value, character) {
    const at = below(value.length);
    return value.slice(0, at) + character() + value.slice(at + 1);
  }
  const headerChanges = {
    drop: (headers) => headers.toSpliced(below(headers.length), 1),
    value: (headers) => withOne(headers, ([name, value]) => [name, oneOf(Object.values(values))(value)]),
    rename: (headers) => withOne(headers, ([, value]) => [oneOf(names), value]),
    add: (headers) => [...headers, [oneOf(names), oneOf(Object.values(values))(headers[0]?.[1] ?? 'x')]],
    another: () => earlier.headers,
    encoding: (headers) => [...headers, ['content-encoding', oneOf(['gzip', 'utf-8', 'identity', ''])]],
    otherSecret: (_headers, body) => signed(body, 'another secret'),
  };
  function withOne(headers, change) {
    const at = below(headers.length);
    return headers.map((pair, index) => (index === at ? change(pair) : pair));
  }

  /** `isGenuine` says that nothing was changed after it was signed. */
  return function request() {
    let body = Buffer.from(payload());
    if (chance(0.2)) body = oneOf(Object.values(bodies))(body);
    let headers = signed(body);
    const genuine = { headers, body };
    const changes = chance(0.1) ? 0 : 1 + below(3);
    for (let change = 0; change < changes; change += 1) {
      if (chance(0.5)) body = oneOf(Object.values(bodies))(body);
      else headers = oneOf(Object.values(headerChanges))(headers, body);
    }
    earlier = genuine;
    return { headers, body, isGenuine: changes === 0 };
  };
}
