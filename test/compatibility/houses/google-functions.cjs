'use strict';
// The server of the functions framework, which parses bodies and keeps `rawBody`, with a handler that takes its time.
const functions = require('@google-cloud/functions-framework');
const { getTestServer } = require('@google-cloud/functions-framework/testing');
const { proveServed, receiver } = require('./kit.cjs');

functions.http('bigmind', receiver().router);
proveServed(getTestServer('bigmind'), '/anything');
