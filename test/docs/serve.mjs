// Serves a block of documentation that does not listen itself: `webhooks`, or the functions that it exports.
import { createServer } from 'node:http';
import express from 'express';

const { enqueue, POST, webhooks, work } = await import(process.env.BLOCK);

async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** For a block that exports POST(request), as a route of Next.js. */
async function answerAsRoute(request, response) {
  const { headers, method, url } = request;
  const body = await readBody(request);
  const reply = await POST(new Request(`http://127.0.0.1${url}`, { method, headers, body }));
  response.writeHead(reply.status, Object.fromEntries(reply.headers)).end(await reply.text());
}

/** For a block that exports enqueue(request, jobs) and work(job). */
async function answerAndWork(request, response) {
  const jobs = [];
  const status = await enqueue({ headers: request.headers, body: await readBody(request) }, jobs);
  const outcomes = await Promise.all(jobs.map(work));
  response.writeHead(status).end(JSON.stringify({ outcomes }));
}

function serve() {
  if (POST) return createServer(answerAsRoute);
  if (enqueue) return createServer(answerAndWork);
  return createServer(express().use('/webhooks/bigmind', webhooks.router));
}

serve().listen(0);
