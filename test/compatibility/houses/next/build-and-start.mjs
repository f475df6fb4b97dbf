// Next.js: builds an app with both routers, starts it, and sends deliveries. The handlers write to the console of its process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import kit from './kit.cjs';

const next = createRequire(import.meta.url).resolve('next/dist/bin/next');
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };

writeFileSync(
  'app/layout.tsx',
  'export default function Layout({ children }) { return <html><body>{children}</body></html>; }',
);
writeFileSync(
  'tsconfig.json',
  JSON.stringify({ compilerOptions: { strict: true, noImplicitAny: false, jsx: 'react-jsx' } }),
);

const build = spawn(process.execPath, [next, 'build'], { env, stdio: ['ignore', 'inherit', 'inherit'] });
const [code] = await once(build, 'exit');
if (code !== 0) process.exit(1);

const free = createServer().listen(0, '127.0.0.1');
await once(free, 'listening');
const { port } = free.address();
free.close();
const started = spawn(process.execPath, [next, 'start', '-p', String(port), '-H', '127.0.0.1'], {
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ready = new Promise((resolve) => {
  started.stdout.on('data', (chunk) => {
    process.stdout.write(chunk);
    if (/Ready in/.test(chunk)) resolve();
    for (const line of String(chunk).split('\n')) if (/^note_/.test(line)) kit.saw(line);
  });
});
await ready;
for (const path of ['/webhooks/bigmind', '/api/webhooks/bigmind']) {
  // What the other process writes arrives a moment after its answer.
  const send = kit.toPort(port, path);
  const patiently = async (delivery, id) => {
    const status = await send(delivery, id);
    await kit.delay(100);
    return status;
  };
  await kit.prove(patiently, { slow: false, kept: false });
}
kit.proved('both routers', 'next build');
started.kill();
process.exit(0);
