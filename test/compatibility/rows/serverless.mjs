import { installed5 } from './express.mjs';

const types = { '@types/node': '20.19.43' };
const group = 'Functions';
const document = 'docs/frameworks.md';
const docs = (heading) => [
  { document, heading: 'webhooks.ts', as: 'webhooks.ts' },
  { document, heading, as: 'block.ts' },
];
const esm = { manifest: { type: 'module' } };
const express = { express: '5.3.0' };
const vercel = { '@vercel/node': '24.0.0' };
const firebase = { 'firebase-functions': '7.4.0', 'firebase-admin': '13.5.0' };
const google = { '@google-cloud/functions-framework': '5.0.5' };

export const rows = [
  {
    group,
    name: 'AWS Lambda: the block, with each shape of event',
    packages: {},
    installed: { '@types/aws-lambda': '8.10.164', ...types },
    house: 'lambda',
    main: 'block.mjs',
    ...esm,
    blocks: docs('AWS Lambda'),
  },
  {
    group,
    name: 'serverless-http around Express, with each shape of event',
    packages: { 'serverless-http': '4.0.0', ...express },
    installed: installed5,
    house: 'lambda',
    main: 'serverless-http.cjs',
    pinned: true,
  },
  {
    group,
    name: 'serverless-http 3 around Express 4, with each shape of event',
    packages: { 'serverless-http': '3.2.0', express: '4.22.3' },
    house: 'lambda',
    main: 'serverless-http.cjs',
  },
  {
    group,
    name: '@fastify/aws-lambda and @fastify/middie, with each shape of event',
    packages: { '@fastify/aws-lambda': '6.4.1', fastify: '5.12.8', '@fastify/middie': '9.3.6' },
    house: 'lambda',
    main: 'fastify.mjs',
  },
  {
    group,
    name: 'Google Cloud Functions: the block',
    packages: google,
    installed: { ...google, ...types },
    house: 'google.mjs',
    ...esm,
    blocks: docs('Google Cloud Functions'),
  },
  {
    group,
    name: 'Google Cloud Functions, a slow handler',
    packages: google,
    installed: { ...google, ...types },
    house: 'google-functions.cjs',
  },
  {
    group,
    name: 'Firebase: the block, under the functions framework',
    packages: { ...firebase, ...google },
    installed: { ...firebase, ...google, ...types },
    house: 'firebase.mjs',
    ...esm,
    blocks: docs('Firebase'),
  },
  {
    group,
    name: 'Azure Functions: the block',
    packages: { '@azure/functions': '4.16.5' },
    installed: { '@azure/functions': '4.16.5', ...types },
    house: 'azure.mjs',
    ...esm,
    blocks: docs('Azure Functions'),
  },
  {
    group,
    name: 'Vercel: the block',
    packages: {},
    installed: { '@types/aws-lambda': '8.10.164', ...types },
    house: 'block-request.mjs',
    ...esm,
    blocks: docs('Vercel'),
  },
  {
    group,
    name: 'Vercel with request and response: the block, with and without the helpers of @vercel/node',
    packages: vercel,
    installed: { ...vercel, ...types },
    house: 'vercel.mjs',
    ...esm,
    blocks: docs('With request and response'),
  },
  {
    group,
    name: 'requests of light-my-request and node-mocks-http',
    packages: { 'light-my-request': '6.8.1', 'node-mocks-http': '1.18.1' },
    house: 'mocks.cjs',
  },
];
