import { type BigmindWebhooksOptions, bigmindWebhooks, isWebhookError } from '../../src/index';
import { examplePayload, signDelivery } from '../../src/testing';
import { tableRows } from './markdown';

const secret = 'the secret of the receiver';
const body = JSON.stringify(examplePayload('notes_created'));
const fail = (): never => {
  throw new Error('for the test');
};

/** The code and the status of the error with which `verify()` rejects a signed delivery. */
async function refusal(text: string, options: BigmindWebhooksOptions = {}, given: object = {}): Promise<string[]> {
  const signed = signDelivery({ payload: text, secret });
  const webhooks = bigmindWebhooks({ secret, logger: false, ...options });
  return await webhooks.verify({ ...signed, ...given }).then(
    () => [],
    (error: unknown) => (isWebhookError(error) ? [error.code, String(error.status)] : ['no WebhookError']),
  );
}

test('docs/your-own-queue.md lists every code with which verify() rejects, with its status', async () => {
  const refusals = await Promise.all([
    refusal('{"event":"new_to_us"}'),
    refusal('{'),
    refusal(body, { secret: 'another secret' }),
    refusal(body, { limit: 10 }),
    refusal(body, {}, { headers: { ...signDelivery({ payload: body, secret }).headers, 'content-encoding': 'gzip' } }),
    refusal('{"event":"notes_created"}'),
    refusal(body, { secret: () => null as never }),
    refusal(body, {}, { body: JSON.parse(body) as object }),
    refusal(body, { deduplicate: { key: fail } }),
    refusal(body, { secret: fail }),
  ]);
  expect(tableRows('docs/your-own-queue.md', '`code`').map(([code, status]) => [code, status])).toEqual(refusals);
});
