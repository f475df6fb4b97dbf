// What documents say of others that are installed here: asked, not remembered.
import { createServer } from 'node:http';
import express from 'express';
import request from 'supertest';
import { bigmindWebhooks } from '../../src/index';
import { examplePayload, signDelivery } from '../../src/testing';
import { readDocument, tableRows } from './markdown';

const versions = new Map(tableRows('docs/compatibility.md', 'peer').map(([name, said = '']) => [name, said]));

/** The numbers of versions in a text. */
function numbers(text = ''): readonly string[] {
  return text.match(/\d+(?:\.\d+)*/g) ?? [];
}

test('README says the versions of Express that docs/compatibility.md has', () => {
  const [, said] = /and Express ([^.]*(?:\.\d[^.]*)*)\. In TypeScript/.exec(readDocument('README.md')) ?? [];
  expect(numbers(said)).toEqual(numbers(versions.get('express')));
  expect(numbers(said)).toHaveLength(2);
});

test('docs/queues.md says of pg-boss what docs/compatibility.md says: which versions need Node 22', () => {
  expect(versions.get('pg-boss')).toBe('10, 11 and 12; the last two need Node 22');
  expect(readDocument('docs/queues.md').replace(/\s+/g, ' ')).toContain('pg-boss 11 and 12 need Node 22. All three');
});

test('a JSON parser takes 100 kB by default, as docs/frameworks.md says of those of Nest', async () => {
  const app = express()
    .use(express.json())
    .post('/', (_request, response) => void response.sendStatus(200));
  const send = async (bytes: number) => {
    const body = JSON.stringify('x'.repeat(bytes - 2));
    return (await request(app).post('/').set('content-type', 'application/json').send(body)).status;
  };
  expect(await send(100 * 1024 + 1)).toBe(413);
  expect(readDocument('docs/frameworks.md')).toContain('their own limit is 100 kB');
});

test('Node lets go of an idle connection after as long as docs/deployment.md says', () => {
  const [, seconds] = /before Node does \((\d+) s by default\)/.exec(readDocument('docs/deployment.md')) ?? [];
  expect(createServer().keepAliveTimeout).toBe(1000 * Number(seconds));
});

test('a key has as many hexadecimal digits as docs/stores.md says', async () => {
  const [, digits] = /- Keys are (\d+) hexadecimal digits/.exec(readDocument('docs/stores.md')) ?? [];
  const secret = 'a secret';
  const { key } = await bigmindWebhooks({ secret, logger: false }).verify(
    signDelivery({ payload: examplePayload('notes_created'), secret }),
  );
  expect(key).toMatch(new RegExp(`^[0-9a-f]{${digits}}$`));
});
