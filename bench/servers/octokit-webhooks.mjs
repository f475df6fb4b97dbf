import { createNodeMiddleware, Webhooks } from '@octokit/webhooks';
import express from 'express';
import { secret } from '../load/deliveries.mjs';
import { handle, serve } from './serve.mjs';

const webhooks = new Webhooks({ secret });
webhooks.on('push', handle);
serve(express().use(createNodeMiddleware(webhooks, { path: '/webhooks' })));
