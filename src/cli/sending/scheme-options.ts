import { type Command, Option } from 'commander';
import { usualSignatureHeader } from '../../foundations/usual-signature-header';
import {
  type HmacOptions,
  hmac,
  isWebhookError,
  type SignatureScheme,
  standardWebhooks,
  timestampedHmac,
} from '../../index';
import { misuse } from '../failure';

/** How to sign, as given on the command line. */
export interface SchemeOptions {
  readonly scheme?: SchemeName;
  readonly header?: string;
  readonly algorithm?: NonNullable<HmacOptions['algorithm']>;
  readonly encoding?: NonNullable<HmacOptions['encoding']>;
  readonly prefix?: string;
}

const schemeNames = ['hmac', 'stripe', 'slack', 'two-header', 'standard-webhooks'] as const;
type SchemeName = (typeof schemeNames)[number];

export const schemeHelp = `
Schemes:
  hmac               the body, in one header (${usualSignatureHeader})
  stripe             timestamp and body, as t=…,v1=… in one header
  slack              v0:timestamp:body, in one header with the timestamp in another
  two-header         timestamp and body, in one header with the timestamp in another
  standard-webhooks  id, timestamp and body (webhook-id, webhook-timestamp, webhook-signature; or as --header svix-signature)
`;

export function addSchemeOptions(command: Command, usual: string = 'hmac'): Command {
  return command
    .addOption(new Option('--scheme <name>', `how to sign (default: ${usual})`).choices(schemeNames))
    .option('--header <name>', `header of the signature (default: ${usualSignatureHeader})`)
    .addOption(new Option('--algorithm <name>', 'digest (default: sha256)').choices(['sha256', 'sha512']))
    .addOption(new Option('--encoding <name>', 'of the digest (default: hex)').choices(['hex', 'base64', 'base64url']))
    .option('--prefix <text>', 'text before the signature, such as sha256=');
}

/**
 * The scheme that the options describe.
 *
 * @throws Failure for options that contradict one another
 */
export function schemeOf(options: SchemeOptions): SignatureScheme {
  try {
    return makeScheme(options);
  } catch (error) {
    if (!isWebhookError(error)) throw error;
    throw misuse(error.message.replace(/^BAD_OPTION \w+\./, '--'));
  }
}

function makeScheme(options: SchemeOptions): SignatureScheme {
  const { scheme = 'hmac', header = usualSignatureHeader, algorithm, encoding, prefix } = options;
  const written = { header, algorithm, encoding, prefix };
  // Slack sends x-slack-request-timestamp beside x-slack-signature.
  const stem = header.toLowerCase().replace(/-?signature$/, '') || 'x';
  switch (scheme) {
    case 'hmac':
      return hmac(written);
    case 'stripe':
      return timestampedHmac(written);
    case 'slack': {
      const timestampHeader = `${stem}-request-timestamp`;
      const content = 'v0:{timestamp}:{body}';
      return timestampedHmac({ ...written, prefix: prefix ?? 'v0=', timestampHeader, content });
    }
    case 'two-header':
      return timestampedHmac({ ...written, timestampHeader: `${stem}-timestamp` });
    case 'standard-webhooks':
      return standard(header, options);
  }
}

function standard(header: string, options: SchemeOptions): SignatureScheme {
  const given = (['algorithm', 'encoding', 'prefix'] as const).find((name) => options[name] !== undefined);
  if (given !== undefined) throw misuse(`--${given} is not for standard-webhooks, where only the header may differ.`);
  if (header === usualSignatureHeader) return standardWebhooks();
  if (!/.-signature$/i.test(header)) {
    throw misuse('--header of standard-webhooks has to end in -signature, as in svix-signature.');
  }
  return standardWebhooks({ prefix: header.slice(0, -'-signature'.length) });
}

const factories = { hmac, timestampedHmac, standardWebhooks };

/** The scheme that a line of configuration pins. `detect` and receivers write such lines. */
export function schemeOfPin(pin: string): SignatureScheme | undefined {
  const [, name = ''] = /^signature: (\w+)\(/.exec(pin) ?? [];
  if (!isFactory(name)) return undefined;
  const options = [...pin.matchAll(/(\w+): '((?:[^'\\]|\\.)*)'/g)].map(([, option = '', value = '']) => [
    option,
    value.replace(/\\(.)/g, '$1'),
  ]);
  return factories[name](Object.fromEntries(options) as { header: string });
}

function isFactory(name: string): name is keyof typeof factories {
  return Object.hasOwn(factories, name);
}
