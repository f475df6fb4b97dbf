import { parseJson } from '../../src/events/parse-json';
import { recogniseEvent } from '../../src/events/recognise-event';
import type { ParsedDelivery, RawDelivery, VerifiedDelivery } from '../../src/foundations/delivery';

// The compiler is the test: none of these functions is called.
const compiles = (..._proofs: readonly ((...args: never[]) => unknown)[]) => expect.assertions(0);

test('bytes that nobody verified cannot be parsed', () => {
  compiles(
    (verified: VerifiedDelivery) => parseJson(verified),
    // @ts-expect-error the bytes alone
    (raw: RawDelivery) => parseJson(raw),
    // @ts-expect-error a look-alike lacks the brand
    (raw: RawDelivery) => parseJson({ raw, tenant: undefined, scheme: 'hmac', signedId: undefined }),
    (raw: RawDelivery) => {
      // @ts-expect-error nor can a look-alike be declared
      const verified: VerifiedDelivery = { raw, tenant: undefined, scheme: 'hmac', signedId: undefined };
      return verified;
    },
  );
});

test('what was not parsed cannot become an event', () => {
  const checks = new Map();
  compiles(
    (parsed: ParsedDelivery) => recogniseEvent(parsed, checks),
    // @ts-expect-error verified alone
    (verified: VerifiedDelivery) => recogniseEvent(verified, checks),
    // @ts-expect-error parsed by somebody else
    (delivery: VerifiedDelivery) => recogniseEvent({ delivery, payload: JSON.parse('{}') }, checks),
  );
});
