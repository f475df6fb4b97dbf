// A block of the documents that exports `POST(request)`.
import kit from './kit.cjs';

kit.watchConsole();
const { POST } = await import('./block.js');
await kit.prove(
  async (delivery) => {
    const answer = await POST(new Request('https://example.org/webhooks/bigmind', { method: 'POST', ...delivery }));
    await answer.text();
    return answer.status;
  },
  { slow: false },
);
