import { isPromise } from 'node:util/types';
import type { HandlerContext } from '../foundations/contracts/handler-context';
import type { Logger } from '../foundations/contracts/logger';
import type { WebhookHeaders, WebhookParams } from '../foundations/contracts/request';
import type { RawDelivery } from '../foundations/delivery';
import { WebhookError } from '../foundations/errors';
import { printableName, printableTenant } from '../foundations/foreign-text';
import { ignoreRejection } from '../foundations/maybe-promise';

/** The source of a context. */
export interface ContextSource {
  readonly raw: Omit<RawDelivery, 'rawBody'> & { readonly rawBody: Buffer | undefined };
  readonly tenant: string | undefined;
  readonly scheme: string;
  /** Idempotency key. */
  readonly key: string;
  readonly event: string | undefined;
  /** Absent means that it is handled as it comes, or from the queue. */
  readonly replayed?: boolean | undefined;
  readonly logger: Logger;
  readonly locals: ((request: { headers: WebhookHeaders; params: WebhookParams }) => unknown) | undefined;
}

/** The part of a claim that a handler sees. */
interface ClaimView {
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/** The context of a delivery; its handlers share it. */
export class DeliveryContext implements HandlerContext {
  readonly #source: ContextSource;
  readonly #claim: ClaimView;
  #log: Logger | undefined;
  #locals: { readonly value: unknown } | undefined;

  constructor(source: ContextSource, claim: ClaimView) {
    this.#source = source;
    this.#claim = claim;
  }

  get key(): string {
    return this.#source.key;
  }
  get attempt(): number {
    return this.#claim.attempt;
  }
  get tenant(): string | undefined {
    return this.#source.tenant;
  }
  get receivedAt(): Date {
    return new Date(this.#source.raw.receivedAt);
  }
  get replayed(): boolean {
    return this.#source.replayed ?? false;
  }
  get headers(): WebhookHeaders {
    return this.#source.raw.headers;
  }
  get rawBody(): Buffer {
    const { raw } = this.#source;
    if (raw.rawBody !== undefined) return raw.rawBody;
    throw new WebhookError('RAW_BODY_NOT_KEPT', 'dispatch() was called without rawBody: pass it on to read it here.');
  }
  get params(): WebhookParams {
    return this.#source.raw.params;
  }
  get signature(): { readonly scheme: string } {
    return { scheme: this.#source.scheme };
  }
  get signal(): AbortSignal {
    return this.#claim.signal;
  }
  get log(): Logger {
    const { logger, event, tenant } = this.#source;
    this.#log ??= logger.child({
      event: event && printableName(event),
      key: this.key,
      ...(tenant !== undefined && { tenant: printableTenant(tenant) }),
    });
    return this.#log;
  }
  get locals(): unknown {
    const { locals, raw } = this.#source;
    this.#locals ??= { value: heard(locals?.({ headers: raw.headers, params: raw.params })) };
    return this.#locals.value;
  }
}

/** A handler may read a promise and not wait for it: its rejection would end the process. A query runs at every `then`. */
function heard(value: unknown): unknown {
  if (isPromise(value)) ignoreRejection(value);
  return value;
}

/** What a handler calls that was written as a route of Express. */
const ofAResponse = ['status', 'sendStatus', 'json', 'send', 'end', 'set', 'setHeader'];

for (const name of ofAResponse) Object.defineProperty(DeliveryContext.prototype, name, { value: refuseToAnswer });

function refuseToAnswer(): never {
  throw new WebhookError(
    'BAD_HANDLER',
    'A handler gets (event, context), not (request, response), and the receiver answers. Write ' +
      "webhooks.on('notes_created', async (event, { key }) => { … }); what it returns is awaited.",
  );
}
