'use strict';
// Sentry as its documents load it, before everything else. Nobody listens at its address.
require('@sentry/node').init({ dsn: 'http://key@127.0.0.1:9/1', tracesSampleRate: 1 });
