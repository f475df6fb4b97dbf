// `npm start`: one web and one worker process in one terminal. In production each is started by itself, and as often as
// needed: see compose.yaml.
import { fork } from 'node:child_process';

const children = ['web.js', 'worker.js'].map((file) => fork(new URL(file, import.meta.url)));
let stopping = false;

function stop() {
  if (stopping) return;
  stopping = true;
  for (const child of children) child.kill('SIGTERM');
}

process.on('SIGTERM', stop);
process.on('SIGINT', stop);
for (const child of children) {
  child.on('exit', (code) => {
    if (code !== 0) process.exitCode = 1;
    stop();
  });
}
