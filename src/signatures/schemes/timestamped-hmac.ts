import type { WebhookHeaders } from '../../foundations/contracts/request';
import type { SignatureScheme } from '../../foundations/contracts/signature-scheme';
import { headerValue } from '../../foundations/header-values';
import { badOption, headerNameOf } from '../../foundations/option-checks';
import type { Digest } from '../mac/digest';
import { writeMac } from '../mac/mac';
import { readId, readTimestamp, readTimestampedHeader, type Timestamp } from '../readings/header-grammar';
import { verifierOf } from '../readings/header-reader';
import type { Reading } from '../readings/reading';
import { type HmacOptions, parseWritten, readDigestAs, readWritten, type WrittenDigest } from './hmac';

/** The headers of a timestamped HMAC, and the signed text. */
export interface TimestampedHmacOptions extends HmacOptions {
  /**
   * Name of the header with the timestamp, in Unix seconds or milliseconds. Without it, `header` holds both timestamp
   * and signature, as Stripe writes them: `t=1700000000,v1=…`.
   * @default none
   */
  readonly timestampHeader?: string | undefined;
  /** Name of the header with the delivery id, if `content` contains `{id}`. @default none */
  readonly idHeader?: string | undefined;
  /**
   * The signed text: it contains `{timestamp}`, perhaps `{id}`, and ends in `{body}`. Slack's is
   * `v0:{timestamp}:{body}`.
   * @default '{timestamp}.{body}'
   */
  readonly content?: string | undefined;
}

const known = {
  header: true,
  algorithm: true,
  encoding: true,
  prefix: true,
  timestampHeader: true,
  idHeader: true,
  content: true,
} satisfies Record<keyof TimestampedHmacOptions, true>;

const usualContent = '{timestamp}.{body}';
const slackContent = 'v0:{timestamp}:{body}';

/**
 * An HMAC (RFC 2104) over a timestamp and the body. Stripe and Slack sign so; the timestamp may have its own header. If
 * the timestamp is older or further ahead than `toleranceSeconds`, the delivery is refused.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function timestampedHmac(options: TimestampedHmacOptions): SignatureScheme {
  const written = parseWritten('timestampedHmac', options, known);
  const placed = parsePlaces(options);
  const needed = [written.header, placed.timestampHeader, placed.idHeader].filter((name) => name !== undefined);
  return {
    name: 'timestampedHmac',
    looksFor: needed.join(', '),
    signatureHeaders: [written.header],
    maySign: (headers) => needed.every((name) => headers[name] !== undefined),
    verify: verifierOf((headers) => {
      const reading = readPlaced(headers, written, placed);
      return reading === undefined ? [] : [reading];
    }),
    sign: ({ rawBody, secret, signedAt, id }) => {
      const seconds = String(Math.floor(signedAt / 1000));
      const mac = writeMac(written, secret, signedPrefix(placed, seconds, id), rawBody);
      return {
        ...(placed.idHeader !== undefined && { [placed.idHeader]: id }),
        ...(placed.timestampHeader === undefined
          ? { [written.header]: `t=${seconds},v1=${mac}` }
          : { [placed.timestampHeader]: seconds, [written.header]: written.prefix + mac }),
      };
    },
  };
}

/** The checked places of the parts of the signed text. */
interface Places {
  readonly timestampHeader: string | undefined;
  readonly idHeader: string | undefined;
  /** `content` up to `{body}`, split at its marks. */
  readonly before: readonly string[];
}

const timestampMark = '{timestamp}';
const idMark = '{id}';
const bodyMark = '{body}';

function parsePlaces(options: TimestampedHmacOptions): Places {
  const { content = usualContent, timestampHeader, idHeader } = options;
  if (typeof content !== 'string' || !content.endsWith(bodyMark) || !content.includes(timestampMark)) {
    throw badOption('timestampedHmac.content', 'text that contains {timestamp} and ends in {body}', content);
  }
  const before = content.slice(0, -bodyMark.length);
  if (/[{}]/.test(before.replaceAll(timestampMark, '').replaceAll(idMark, ''))) {
    throw badOption(
      'timestampedHmac.content',
      'no other braces than {timestamp}, {id} and, at its end, {body}',
      content,
    );
  }
  if (content.includes(idMark) !== (idHeader !== undefined)) {
    throw badOption('timestampedHmac.idHeader', 'a header exactly when content contains {id}', idHeader);
  }
  if (timestampHeader === undefined && options.prefix !== undefined && options.prefix !== '') {
    const remedy = 'Without it the header is read as t=…,v1=…';
    throw badOption('timestampedHmac.prefix', 'a prefix only beside timestampHeader', options.prefix, remedy);
  }
  return {
    timestampHeader:
      timestampHeader === undefined ? undefined : headerNameOf('timestampedHmac.timestampHeader', timestampHeader),
    idHeader: idHeader === undefined ? undefined : headerNameOf('timestampedHmac.idHeader', idHeader),
    before: before.split(/(\{timestamp\}|\{id\})/),
  };
}

function readPlaced(headers: WebhookHeaders, written: WrittenDigest, placed: Places): Reading | undefined {
  const { digests, timestamp } = readDigests(headers, written, placed.timestampHeader);
  const id = placed.idHeader === undefined ? '' : readId(headers[placed.idHeader]);
  if (timestamp === undefined || id === undefined || digests.length === 0) return undefined;
  const { header, prefix } = written;
  return {
    scheme: 'timestampedHmac',
    header,
    prefix,
    timestampHeader: placed.timestampHeader,
    digests,
    signedPrefix: signedPrefix(placed, timestamp.text, id),
    decodesSecret: false,
    signedAt: timestamp.ms,
    id,
  };
}

function signedPrefix({ before }: Places, timestamp: string, id: string): string {
  let prefix = '';
  for (const piece of before) prefix += piece === timestampMark ? timestamp : piece === idMark ? id : piece;
  return prefix;
}

interface Digests {
  readonly digests: readonly Digest[];
  readonly timestamp: Timestamp | undefined;
}

function readDigests(headers: WebhookHeaders, written: WrittenDigest, timestampHeader: string | undefined): Digests {
  if (timestampHeader !== undefined) {
    return { digests: readWritten(headers, written), timestamp: readTimestamp(headers[timestampHeader]) };
  }
  const parts = readTimestampedHeader(headerValue(headers, written.header));
  const digests = (parts?.signatures ?? []).map((text) => readDigestAs(text, written));
  return { digests: digests.filter((digest) => digest !== undefined), timestamp: parts?.timestamp };
}

/** The reading of Stripe's form: one header holds timestamp and signatures. */
export function oneHeaderReading(header: string, timestamp: Timestamp, digests: readonly Digest[]): Reading {
  return timestampedReading({ header, prefix: '' }, timestamp, digests, usualContent);
}

/** The reading of two headers, with the usual `content` or Slack's. */
export function twoHeaderReading(
  names: { readonly header: string; readonly timestampHeader: string; readonly prefix: string },
  timestamp: Timestamp,
  digests: readonly Digest[],
  content: 'usual' | 'slack',
): Reading {
  if (content === 'usual') return timestampedReading(names, timestamp, digests, usualContent);
  return timestampedReading({ ...names, content: slackContent }, timestamp, digests, slackContent);
}

function timestampedReading(
  place: Pick<Reading, 'header' | 'prefix' | 'timestampHeader' | 'content'>,
  timestamp: Timestamp,
  digests: readonly Digest[],
  content: string,
): Reading {
  return {
    scheme: 'timestampedHmac',
    ...place,
    digests,
    signedPrefix: content.replace(timestampMark, timestamp.text).replace(bodyMark, ''),
    decodesSecret: false,
    signedAt: timestamp.ms,
  };
}
