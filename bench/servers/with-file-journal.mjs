// As default.mjs, with a fileJournal in the folder at the first argument. A disk that others keep busy is waited for.
import express from 'express';
import bigmind from '../../dist/index.js';
import journals from '../../dist/journals/file/index.js';
import { event, secret } from '../load/deliveries.mjs';
import { handleWithKey, serve } from './serve.mjs';

const journal = journals.fileJournal({ directory: process.argv[2] });
const webhooks = bigmind.bigmindWebhooks({ secret, journal, deduplicate: { storeTimeoutMs: 30_000 } });
webhooks.on(event, async (_payload, { key }) => handleWithKey(key));
serve(express().use('/webhooks', webhooks.router));
