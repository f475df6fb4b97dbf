import { randomUUID } from 'node:crypto';
import { memoryStore } from '../../src/index';
import { compareWithModel, shortMs } from './store-model';

test('the in-memory store never differs from the model, in 10,000 runs', async () => {
  let now = 0;
  const store = memoryStore({ clock: { now: () => now } });
  await compareWithModel(10_000, 1, () => ({
    store,
    key: randomUUID(),
    tokens: new Map(),
    async pause() {
      now += shortMs + 1;
    },
  }));
});
