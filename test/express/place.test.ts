import { type Place, pathOf, placeOf, type Routed } from '../../src/express/mount';

// Where a request is, told by what Express has written on it. test/express/wrapped.test.ts asks Express itself.

const router = () => undefined;
const ofApp = () => undefined;
const ofRoute = () => undefined;

/** The place of a request of `app.use`, or of a route that hands on a `next` of its own, wrapped or not. */
const place = (url: string | undefined, route: unknown, next: unknown = ofRoute): Place =>
  placeOf({ url, route, next: ofApp } as unknown as Routed, router, next);

test.each<[string, string | undefined, Place]>([
  ['its mount path', '/', 'mount'],
  ['its mount path with a query', '/?source=bigmind', 'mount'],
  ['its mount path with nothing but a query', '?source=bigmind', 'mount'],
  ['no path', undefined, 'mount'],
  ['a longer path', '/more', 'below'],
])('what came to %s of app.use is there, whatever route came before', (_title, url, expected) => {
  for (const route of [undefined, { path: '/more' }, { path: '/', stack: [{ handle: router }] }]) {
    expect(place(url, route, ofApp)).toBe(expected);
  }
  expect(place(url, undefined)).toBe(expected);
});

test('what came to a route with the router in it is there, whatever its path', () => {
  const others = [{ handle: () => undefined }, { handle: router }];
  for (const url of ['/', '/hooks', '/other']) expect(place(url, { path: '/hooks', stack: others })).toBe('route');
  expect(place('/other', { path: '/hooks', stack: others.slice(0, 1) })).toBe('below');
});

test.each<[string, unknown, Place]>([
  ['/hooks', '/hooks', 'route'],
  ['/hooks/', '/Hooks', 'route'],
  ['/Hooks?a=b', '/hooks/', 'route'],
  ['/hooks/more', '/hooks', 'below'],
  ['/hooks', '/hooks/more', 'below'],
  ['/other', '/hooks', 'below'],
  ['/hooks/acme', '/hooks/:tenant', 'route'],
  ['/hooks/acme', '/other/:tenant', 'below'],
  ['/hooks/acme/more', '/hooks/:tenant', 'below'],
  ['/hooks/a-b', '/hooks/:from-:to', 'route'],
  ['/', '/', 'mount'],
  // A wildcard behind a name: the segments before it decide.
  ['/hooks/acme/more', '/hooks/*rest', 'route'],
  ['/other/acme/more', '/hooks/*rest', 'below'],
  ['/hooks/acme', '/hooks/(.*)', 'route'],
  ['/hooks/acme/x', '/hooks/:tenant/*rest', 'route'],
  ['/other/acme/x', '/hooks/:tenant/*rest', 'below'],
  ['/hooks/acme', '/hooks{/:tenant}', 'unclear'],
  ['/hooks', '/hoo?ks', 'unclear'],
  ['/hooks', '/ho+ks', 'unclear'],
  ['/hooks', '/[hooks', 'unclear'],
  ['/hooks', '/h|ooks', 'unclear'],
  ['/hooks', '/h\\ooks', 'unclear'],
  ['/hooks', '/*rest', 'unclear'],
  ['/hooks/more', '/:any/*rest', 'unclear'],
  ['/hooks', /^\/hooks$/, 'route'],
  ['/other', /^\/hooks$/, 'below'],
  ['/hooks', /^\/hooks$/g, 'route'],
  ['/hooks', /^\/?(?:hooks)?$/, 'route'],
  ['/hooks', /.*/, 'unclear'],
  ['/hooks', ['/other', '/hooks'], 'route'],
  ['/hooks', ['/other', '/more'], 'below'],
  ['/hooks', ['/other', /.*/], 'unclear'],
  ['/hooks', ['/hooks', /.*/], 'route'],
  ['/hooks', [], 'below'],
  ['/hooks', undefined, 'unclear'],
  ['/hooks', 7, 'unclear'],
])('a request for %s in a wrapped route of %p is: %s', (url, path, expected) => {
  expect(place(url, { path, stack: [{ handle: () => undefined }] })).toBe(expected);
  expect(place(url, { path })).toBe(expected);
});

test.each([
  ['/a?b=/c?d', '/a'],
  ['http://host.example/a?b', '/a'],
  ['http://host.example', '/'],
  ['*', '*'],
  ['', '/'],
  ['?a', '/'],
  ['//a/b', '//a/b'],
])('the path of %j is %j', (url, expected) => {
  expect(pathOf(url)).toBe(expected);
});
