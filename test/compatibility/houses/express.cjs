'use strict';
// Every way to mount the router, each with a receiver of its own.
const express = require('express');
const { keepRawBody } = require('bigmind-webhooks');
const { proved, proveServed, receiver } = require('./kit.cjs');

const path = '/webhooks/bigmind';

const mounts = {
  'app.use': (app, { router }) => app.use(path, router),
  'app.post': (app, { router }) => app.post(path, router),
  'app.all': (app, { router }) => app.all(path, router),
  'app.route': (app, { router }) => app.route(path).post(router),
  'nested routers': (app, { router }) => app.use('/webhooks', express.Router().use('/bigmind', router)),
  'a route of a nested router': (app, { router }) => app.use('/webhooks', express.Router().post('/bigmind', router)),
  'a path parameter': (app, { router }) => app.post('/webhooks/:tenant', router),
  'an arrow function': (app, { router }) =>
    app.post(path, (request, response, next) => router(request, response, next)),
  'an async function': (app, { router }) =>
    app.use(path, async (request, response, next) => router(request, response, next)),
  'before express.json': (app, { router }) => app.use(path, router).use(express.json()),
  'after express.json with keepRawBody': (app, { router }) =>
    app.use(express.json({ limit: '5mb', verify: keepRawBody })).use(path, router),
  'after express.raw': (app, { router }) => app.use(express.raw({ type: '*/*', limit: '5mb' })).use(path, router),
  'after express.text': (app, { router }) => app.use(express.text({ type: '*/*', limit: '5mb' })).use(path, router),
};

(async () => {
  for (const mount of Object.values(mounts)) {
    const app = express();
    mount(app, receiver());
    await proveServed(app, path);
  }
  proved(`${Object.keys(mounts).length} mounts`);
})();
