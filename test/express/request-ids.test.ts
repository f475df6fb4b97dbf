import { AsyncLocalStorage } from 'node:async_hooks';
import { pino } from 'pino';
import { gate, until } from '../deduplication/kit';
import { dial, expresses, genuine, headLines, path, receiver, type Served, serve } from './serve';

interface Line {
  readonly requestId?: string;
  readonly outcome?: string;
  readonly late?: true;
}

describe.each(expresses)('under $name', ({ express }) => {
  let served: Served;
  afterEach(() => served.close());

  test('a pino with a mixin writes the id of its request into each line of a delivery, however its body comes', async () => {
    const requests = new AsyncLocalStorage<string | undefined>();
    const lines: Line[] = [];
    const write = (line: string) => void lines.push(JSON.parse(line) as Line);
    const logger = pino({ mixin: () => ({ requestId: requests.getStore() }) }, { write });
    const { webhooks } = receiver({ logger, timeoutMs: 2000 });
    const answered = gate();
    webhooks.on('notes_created', async (_event, { log, headers }) => {
      // The others run long enough for a copy to join, however busy the machine is.
      if (headers['x-request-id'] === 'late') await answered.passed;
      else await new Promise((resolve) => setTimeout(resolve, 500));
      log.info({}, 'noted');
      if (headers['x-request-id'] === 'failing') throw new Error('the CRM is away');
    });
    const app = express().use((request, _response, next) => requests.run(request.get('x-request-id'), next));
    served = await serve(app.use(path, webhooks.router));

    async function send(id: string, { headers, body } = genuine()): Promise<void> {
      const { socket, seen } = dial(served.port);
      const length = String(Buffer.byteLength(body));
      socket.write(
        `POST ${path} HTTP/1.1\r\n${headLines({ host: 'x', ...headers, 'content-length': length, 'x-request-id': id })}\r\n`,
      );
      socket.write(body.slice(0, 10));
      await new Promise((resolve) => setTimeout(resolve, 20));
      socket.write(body.slice(10));
      await seen(/\r\n\r\n\{/);
      socket.destroy();
    }
    const copied = genuine();
    const late = send('late').then(answered.open);
    await Promise.all([late, send('failing'), send('copy 1', copied), send('copy 2', copied)]);
    await send('unsigned', { headers: {}, body: '{"event":"notes_created"}' });
    await until(() => lines.some(({ late }) => late));

    const told = lines.map(
      ({ requestId, outcome, late }) => `${requestId} ${outcome ?? 'noted'}${late ? ' late' : ''}`,
    );
    // Of two copies at the same time, the first runs the handlers.
    expect(told.filter((each) => /^copy . noted$/.test(each))).toHaveLength(1);
    expect(told.filter((each) => !/^copy . noted$/.test(each)).sort()).toEqual([
      'copy 1 processed',
      'copy 2 processed',
      'failing failed',
      'failing noted',
      'late noted',
      'late processed late',
      'late timeout',
      'unsigned unauthenticated',
    ]);
  });
});
