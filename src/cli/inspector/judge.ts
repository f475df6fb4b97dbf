import { isIdentityEncoding } from '../../foundations/content-encoding';
import { defaultLimits } from '../../foundations/default-limits';
import { fieldsOf } from '../../foundations/fields-of';
import { followSteps, type PassedStep } from '../../foundations/followed-steps';
import { rowOf } from '../../foundations/outcomes';
import {
  type BigmindWebhooks,
  bigmindWebhooks,
  isWebhookError,
  type Outcome,
  type SchemaError,
  validateEvent,
} from '../../index';
import type { CapturedRequest } from '../captured/captured-request';
import { isTooDeep, jsonIn } from '../json-in';
import { isLarge } from '../large-json';

export type { PassedStep };

/** What a receiver with the default options makes of a delivery. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly status: number;
  /** The event name in the payload, genuine or not. */
  readonly event: string | undefined;
  /** Idempotency key; present if the delivery is genuine and valid. */
  readonly key: string | undefined;
  /** Why it was refused, in words; never a value of the payload. */
  readonly reason: string | undefined;
  /** Of an `invalid` delivery, the first one. */
  readonly schemaError?: SchemaError | undefined;
}

/**
 * Judges a delivery; `isWhole` says whether its body ended within {@link mostBytes}. Runs and remembers nothing. `passed` is
 * called for each step, with how long ago it was passed, in milliseconds; by default just now.
 */
export type Judge = (
  request: CapturedRequest,
  isWhole: boolean,
  passed?: (step: PassedStep, agoMs?: number) => void,
) => Promise<Verdict>;

/** The largest body, in bytes: the default of the option `limit`. */
export const mostBytes: number = defaultLimits.limit;

/**
 * Judges deliveries as the package does.
 *
 * @param secret without it signatures are not checked
 * @param clock says whether a signed timestamp is fresh. @default the machine's
 * @throws WebhookError `BAD_SECRET`
 */
export function createJudge(secret: string | undefined, clock?: { readonly now: () => number }): Judge {
  const webhooks = bigmindWebhooks({
    logger: false,
    clock,
    ...(secret === undefined ? { signature: false } : { secret }),
  });
  return (request, isWhole, passed) => {
    // Without a secret, nothing is verified.
    if (passed)
      followSteps(request.body, (step) => (secret === undefined && step === 'verified' ? undefined : passed(step)));
    return judge(webhooks, request, isWhole);
  };
}

async function judge(webhooks: BigmindWebhooks, request: CapturedRequest, isWhole: boolean): Promise<Verdict> {
  const event = claimedEvent(request.body);
  function refused(outcome: Outcome, reason = `${rowOf(outcome).title}.`): Verdict {
    return { outcome, status: rowOf(outcome).status, event, key: undefined, reason };
  }
  if (request.method !== 'POST')
    return refused('method-not-allowed', `${request.method} is no delivery: a delivery is a POST.`);
  if (!isIdentityEncoding(request.headers['content-encoding'] ?? '')) return refused('unsupported-encoding');
  if (!isWhole) return refused('too-large');
  try {
    const { key, event: known } = await webhooks.verify(request);
    return { outcome: 'processed', status: rowOf('processed').status, event: known.event, key, reason: undefined };
  } catch (error) {
    if (!isWebhookError(error)) throw error;
    const verdict = refused(error.outcome ?? 'failed', error.message.slice(error.code.length + 1));
    return verdict.outcome === 'invalid' ? { ...verdict, schemaError: firstError(request.body) } : verdict;
  }
}

function firstError(body: Buffer): SchemaError | undefined {
  const verdict = validateEvent(jsonIn(body.toString('utf8'))?.value);
  return verdict.valid ? undefined : verdict.errors[0];
}

/** The longest name in the list, in characters. */
const longestName = 100;

/** Parsing a large body of a stranger would hold up everything else. Bigmind writes the name first. */
function nameAtStart(text: string): unknown {
  const [, name] = /^\s*\{\s*"event"\s*:\s*("[^"\\]*")/.exec(text.slice(0, 1000)) ?? [];
  return name === undefined ? undefined : jsonIn(name)?.value;
}

/** The name is not verified: it is for display only. */
function claimedEvent(body: Buffer): string | undefined {
  const text = body.toString('utf8');
  const event = isLarge(text)
    ? nameAtStart(text)
    : fieldsOf(isTooDeep(text) ? undefined : jsonIn(text)?.value)['event'];
  return typeof event === 'string' ? event.slice(0, longestName) : undefined;
}
