import { type BigmindWebhooks, hmac, type SignatureScheme } from '../../src';
import { keepersOf, sendInPieces } from '../express/keepers';
import { expresses, serve } from '../express/serve';
import { genuine, notedLog, receiver, secret } from './receiver';

// A request without a signature is refused by its headers, where its bytes begin to be read.

const how = { sizes: [101], chunked: false, pauseMs: 2 };
const path = '/';

type Send = (webhooks: BigmindWebhooks, headers: Record<string, string>, body: string) => Promise<number>;

const ways: Record<string, Send> = {
  receive: async (webhooks, headers, body) => (await webhooks.receive({ headers, body })).status,
  verify: (webhooks, headers, body) =>
    webhooks.verify({ headers, body }).then(
      () => 200,
      ({ status }) => status,
    ),
};
for (const { name, express } of expresses) {
  for (const [keeper, keep] of Object.entries(keepersOf(express))) {
    ways[`router of ${name} beside ${keeper}`] = async ({ router }, headers, body) => {
      const served = await serve(express().use(path, keep, router));
      try {
        const answer = await sendInPieces(served.port, path, headers, Buffer.from(body), how);
        return Number(answer.slice(9, 12));
      } finally {
        await served.close();
      }
    };
  }
}

test.each(Object.entries(ways))(
  '%s asks once whether a request may be signed, and for nothing else where it is not',
  async (_way, send) => {
    const asked: string[] = [];
    const real = hmac({ header: 'x-bigmind-signature' });
    const signature: SignatureScheme = {
      name: 'own',
      maySign(headers) {
        asked.push('maySign');
        return headers['x-bigmind-signature'] !== undefined;
      },
      verify(input) {
        asked.push('verify');
        return real.verify(input);
      },
    };
    const secretOf = () => {
      asked.push('secret');
      return { tenant: 'a', secret };
    };
    const { logger, lines } = notedLog('info');
    const { webhooks } = receiver({ signature, secret: secretOf, logger });
    const { headers, body } = genuine();
    const { 'x-bigmind-signature': mac = '', ...usual } = headers;
    expect(await send(webhooks, usual, body)).toBe(401);
    expect(asked.splice(0)).toEqual(['maySign']);
    expect(lines.at(-1)).toMatchObject({
      outcome: 'unauthenticated',
      reason: expect.stringMatching(/^No signature came/),
    });
    expect(await send(webhooks, { ...usual, 'x-bigmind-signature': mac }, body)).toBe(200);
    expect(asked).toEqual(['maySign', 'secret', 'verify']);
  },
);
