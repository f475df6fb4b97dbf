// The block about Azure Functions: outside of Azure nothing calls a registered function, so this does.
import azure from '@azure/functions';
import kit from './kit.cjs';

kit.watchConsole();
let registered;
azure.app.post = (_name, { handler }) => (registered = handler);
await import('./block.js');
await kit.prove(
  async ({ headers, body }) => {
    const request = new azure.HttpRequest({
      url: 'https://example.org/api/bigmind',
      method: 'POST',
      headers,
      body: { string: body },
    });
    return (await registered(request)).status;
  },
  { slow: false },
);
