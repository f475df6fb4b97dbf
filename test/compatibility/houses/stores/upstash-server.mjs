// Stands for Upstash, which is Redis behind HTTP: a request holds a command as JSON, or several, and the
// answer its result.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Redis } from 'ioredis';

/** As clients ask for by default. */
function encoded(value) {
  if (Array.isArray(value)) return value.map(encoded);
  return typeof value === 'string' ? Buffer.from(value).toString('base64') : value;
}

export async function serveUpstash(redisUrl) {
  const redis = new Redis(redisUrl);
  const run = (command) =>
    redis.call(...command.map(String)).then(
      (result) => ({ result: encoded(result) }),
      (error) => ({ error: error.message }),
    );
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks));
    const answer = Array.isArray(body[0]) ? await Promise.all(body.map(run)) : await run(body);
    response.writeHead(answer.error ? 400 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async close() {
      server.close();
      await redis.quit();
    },
  };
}
