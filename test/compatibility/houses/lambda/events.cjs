'use strict';
// Deliveries as AWS hands them to a function, in each of its shapes.

const multi = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
const named = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [capital(name), value]));
const capital = (name) => name.replace(/(^|-)\w/g, (letter) => letter.toUpperCase());
const path = '/webhooks/bigmind';

const shapes = {
  'HTTP API (2.0)': ({ headers, body }) => ({
    version: '2.0',
    routeKey: `POST ${path}`,
    rawPath: path,
    rawQueryString: '',
    headers,
    requestContext: { http: { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1' }, stage: '$default' },
    body,
  }),
  'REST API (1.0)': ({ headers, body }) => ({
    version: '1.0',
    resource: path,
    path,
    httpMethod: 'POST',
    headers: named(headers),
    multiValueHeaders: multi(named(headers)),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    requestContext: { httpMethod: 'POST', path, stage: 'prod', identity: { sourceIp: '192.0.2.1' } },
    body,
  }),
  'a load balancer': ({ headers, body }) => ({
    requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/x/1' } },
    httpMethod: 'POST',
    path,
    queryStringParameters: {},
    headers,
    body,
  }),
  'a load balancer with multi-value headers': ({ headers, body }) => ({
    requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/x/1' } },
    httpMethod: 'POST',
    path,
    multiValueQueryStringParameters: {},
    multiValueHeaders: multi(headers),
    body,
  }),
};

/** Every shape, with its body as text and as base64. */
const events = Object.entries(shapes).flatMap(([name, shape]) => [
  { name, eventOf: (delivery) => ({ ...shape(delivery), isBase64Encoded: false }) },
  {
    name: `${name}, base64`,
    eventOf: ({ headers, body }) => ({
      ...shape({ headers, body: Buffer.from(body).toString('base64') }),
      isBase64Encoded: true,
    }),
  },
]);

module.exports = { events };
