import type { WebhookHeaders } from '../../foundations/contracts/request';
import type { SignatureScheme } from '../../foundations/contracts/signature-scheme';
import { headerValue } from '../../foundations/header-values';
import { headerNameOf, knownOptions } from '../../foundations/option-checks';
import { readDigest } from '../mac/digest';
import { writeMac } from '../mac/mac';
import { secretKeyOf } from '../mac/secret-key';
import { usualStems } from '../readings/found-match';
import { readId, readTimestamp, readVersionedHeader } from '../readings/header-grammar';
import { verifierOf } from '../readings/header-reader';
import type { Reading } from '../readings/reading';

/** The names of the three headers of Standard Webhooks. */
export interface StandardWebhooksOptions {
  /**
   * The headers' names up to `-id`, `-timestamp` and `-signature`.
   * @default 'webhook', else 'svix'
   */
  readonly prefix?: string | undefined;
}

const known = { prefix: true } satisfies Record<keyof StandardWebhooksOptions, true>;
const written = { algorithm: 'sha256', encoding: 'base64' } as const;

/**
 * Standard Webhooks (https://www.standardwebhooks.com) and Svix. Id, timestamp and body are signed; the secret is
 * `whsec_` and base64. De-duplication goes by the id. If the timestamp is older or further ahead than
 * `toleranceSeconds`, the delivery is refused.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function standardWebhooks(options: StandardWebhooksOptions = {}): SignatureScheme {
  knownOptions(options, 'standardWebhooks', known);
  const stems = options.prefix === undefined ? usualStems : [headerNameOf('standardWebhooks.prefix', options.prefix)];
  return {
    name: 'standardWebhooks',
    looksFor: stems.map((stem) => `${stem}-id, ${stem}-timestamp, ${stem}-signature`).join(' or '),
    signatureHeaders: stems.map((stem) => `${stem}-signature`),
    maySign: (headers) => stems.some((stem) => headers[`${stem}-signature`] !== undefined),
    verify: verifierOf(
      (headers) =>
        stems.map((stem) => standardReading(headers, `${stem}-signature`)).filter((reading) => reading !== undefined),
      { needsKey: true },
    ),
    sign: ({ rawBody, secret, signedAt, id }) => {
      const [stem] = stems;
      const seconds = String(Math.floor(signedAt / 1000));
      const mac = writeMac(written, secretKeyOf(secret) ?? secret, `${id}.${seconds}.`, rawBody);
      return { [`${stem}-id`]: id, [`${stem}-timestamp`]: seconds, [`${stem}-signature`]: `v1,${mac}` };
    },
  };
}

/** Reads the three headers; `header` is the one with the signatures. */
export function standardReading(headers: WebhookHeaders, header: string): Reading | undefined {
  const signatures = readVersionedHeader(headerValue(headers, header));
  const headerStem = stemOf(header);
  if (signatures === undefined || headerStem === undefined) return undefined;
  const id = readId(headers[`${headerStem}-id`]);
  const timestamp = readTimestamp(headers[`${headerStem}-timestamp`]);
  if (id === undefined || timestamp === undefined) return undefined;
  return {
    scheme: 'standardWebhooks',
    header,
    headerStem,
    digests: signatures.map(readDigest).filter((digest) => digest !== undefined),
    signedPrefix: `${id}.${timestamp.text}.`,
    decodesSecret: true,
    signedAt: timestamp.ms,
    id,
  };
}

function stemOf(header: string): string | undefined {
  return /(.+)-signature$/.exec(header)?.[1];
}
