// NestJS: every way to put the router in front of a controller, which must never run. Its arguments say whether Nest keeps the raw
// body, without which only what comes before Nest's own parsers works, and which Nest it is.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { All, Controller, Module, Post, RequestMethod, VersioningType } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import kit from './kit.cjs';

const rawBody = process.argv[2] === 'rawBody';
const path = '/webhooks/bigmind';
let controlled = 0;

/** A controller with one route, written without the syntax of decorators. */
function controllerOf(at, route) {
  class SomeController {
    hook() {
      controlled += 1;
      return 'not verified';
    }
  }
  Controller(at)(SomeController);
  route(SomeController.prototype, 'hook', Object.getOwnPropertyDescriptor(SomeController.prototype, 'hook'));
  return SomeController;
}

async function appOf({ routes, controller = controllerOf('webhooks/bigmind', Post()), prepare = () => {} }) {
  const { router } = kit.receiver({ logger: false });
  class AppModule {
    configure(consumer) {
      if (routes) consumer.apply(router).forRoutes(routes(controller));
    }
  }
  Module({ controllers: [controller] })(AppModule);
  const app = await NestFactory.create(AppModule, { logger: ['error'], rawBody });
  prepare(app, router);
  return await app.listen(0, '127.0.0.1');
}

async function proveApp({ to = path, ...wiring }) {
  const server = await appOf(wiring);
  await kit.proveServed(server, to);
  server.close();
  assert.equal(controlled, 0, 'the controller never runs');
}

/** Behind the parsers without the raw body: 500 for all, and the controller does not run. */
async function proveRefused(wiring) {
  const server = await appOf(wiring);
  assert.equal(await kit.toPort(server.address().port)(kit.delivery('notes_created'), 'any'), 500);
  server.close();
  assert.equal(controlled + kit.seen.length, 0, 'nothing runs');
}

const itself = (controller) => controller;
const post = { path: 'webhooks/bigmind', method: RequestMethod.POST };
const prefixed = (app) => app.setGlobalPrefix('api');
const versioned = (app) => app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
const first = (app, router) => app.use(path, router);

const before = {
  'app.use': { prepare: first },
  'app.use with a global prefix': {
    prepare: (app, router) => {
      prefixed(app);
      first(app, router);
    },
  },
};

const behind = {
  'forRoutes(path)': { routes: () => 'webhooks/bigmind' },
  'forRoutes(path) with a global prefix': { routes: () => 'webhooks/bigmind', prepare: prefixed, to: `/api${path}` },
  'forRoutes({ path, method })': { routes: () => post },
  'forRoutes({ path, method }) with a global prefix': { routes: () => post, prepare: prefixed, to: `/api${path}` },
  'forRoutes(SomeController)': { routes: itself },
  'forRoutes(SomeController) with a global prefix': { routes: itself, prepare: prefixed, to: `/api${path}` },
  'forRoutes(SomeController) with versions': { routes: itself, prepare: versioned, to: `/v1${path}` },
  'a controller with a route below it': { routes: itself, controller: controllerOf('webhooks', Post('bigmind')) },
  'a controller with a parameter': { routes: itself, controller: controllerOf('webhooks', Post(':tenant')) },
  'a controller for all methods': { routes: itself, controller: controllerOf('webhooks/bigmind', All()) },
  'a controller with a wildcard': {
    routes: itself,
    controller: controllerOf('webhooks', Post(process.argv[3] === '10' ? '*' : '*rest')),
  },
};

/** Where Nest 10 and 11 never call a middleware: the controller runs, with no signature checked. */
const missed = {
  'forRoutes(path) with versions': { routes: () => 'webhooks/bigmind', prepare: versioned, to: `/v1${path}` },
};

const wired = process.argv[4] === 'missed' ? missed : rawBody ? { ...before, ...behind } : before;
for (const [name, app] of Object.entries(wired)) {
  await proveApp(app).catch((cause) => {
    throw new Error(name, { cause });
  });
}
kit.proved(`${Object.keys(wired).length} ways of wiring`);
if (!rawBody) {
  kit.seen.length = 0;
  await proveRefused(behind['forRoutes(path)']);
  kit.proved('500 behind the parsers');
}
