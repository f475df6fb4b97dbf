import { mended } from './secret-oddities';
import type { Variant } from './variant';

/** Secrets that a sender may have in place of the configured one. */
export function* secretsLike(secret: string): Iterable<Variant<string>> {
  let bare = secret;
  for (const { secret: without, has } of mended(secret)) {
    bare = without;
    yield { value: without, cause: `The secret has ${has}: without that, it signs this request.` };
  }
  for (const end of ['\n', '\r\n']) {
    yield {
      value: secret + end,
      cause: 'The sender signs with a line end behind the secret: it was stored there with one.',
    };
  }
  yield bare.startsWith('whsec_')
    ? { value: bare.slice('whsec_'.length), cause: 'The sender signs with what follows "whsec_" in the secret.' }
    : { value: `whsec_${bare}`, cause: 'The secret lacks the "whsec_" in front: with that, it signs this request.' };
}
