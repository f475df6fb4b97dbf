import { type BigmindWebhooksOptions, bigmindWebhooks, isWebhookError } from '../../src';

/** What a mistake is answered with; fails the test when it is accepted, or throws anything but our error. */
export function refusalOf(mistake: () => unknown): { readonly code: string; readonly message: string } {
  try {
    mistake();
  } catch (error) {
    if (isWebhookError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('The mistake was accepted.');
}

/** A receiver that is right but for `options`, which may be anything, as from callers without TypeScript. */
export function receiverWith(options: object) {
  return bigmindWebhooks({ secret: 'a secret', logger: false, ...options } as BigmindWebhooksOptions);
}
