import { BytesInFlight } from '../foundations/bytes-in-flight';
import type { DeliveryEnd, Followed } from '../foundations/contracts/telemetry';
import { because, type RawDelivery, Settled } from '../foundations/delivery';
import { endOf, runIn } from '../foundations/guarded-telemetry';
import { type MaybePromise, recovered, whenReady } from '../foundations/maybe-promise';
import type { Measures } from '../foundations/measures';
import { receiverIsClosing } from '../foundations/receiver-is-closing';
import type { VerifiedEvent } from '../receiver';
import type { PipelineParts } from './parts';
import { receive } from './receive';
import type { Reporter } from './report';
import { unexpected } from './unexpected';
import { verifyEvent } from './verify-event';

/** Deliveries between their arrival and their answer: each is counted, followed by telemetry, and reported once. */
export class Answering {
  readonly bytesHeld: BytesInFlight;
  readonly #parts: PipelineParts;
  readonly #reporter: Reporter;
  #unanswered = 0;
  #closing: Settled | undefined;
  /** Called when nothing is unanswered. */
  readonly #waiting: (() => void)[] = [];

  constructor(parts: PipelineParts, reporter: Reporter, maxBytesInFlight: number) {
    this.#parts = parts;
    this.#reporter = reporter;
    this.bytesHeld = new BytesInFlight(maxBytesInFlight);
  }

  /** How many deliveries have come and have no answer yet. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** Resolves when no delivery is unanswered. */
  answered(): Promise<void> {
    if (this.#unanswered === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Deliveries that come from now on are refused. */
  close(): void {
    this.#closing ??= new Settled('unavailable', { reason: receiverIsClosing });
  }

  /** The refusal of what comes now; `undefined` before `close()`. */
  get closing(): Settled | undefined {
    return this.#closing;
  }

  /** Takes a delivery its way, and reports how it ended. Never throws or rejects. */
  answer(raw: RawDelivery): MaybePromise<Settled> {
    const { receivedAt, rawBody, params, whyNoBody } = raw;
    const measures = { startedAt: receivedAt, bytes: rawBody.length, params };
    const full = this.bytesHeld.take(measures.bytes);
    if (full !== undefined) {
      this.tell(full, measures);
      return full;
    }
    this.#unanswered += 1;
    const followed = this.follow(measures);
    const settled = runIn(followed, () => this.#closing ?? recovered(() => receive(raw, this.#parts), unexpected));
    return whenReady(settled, this.#reported(measures, followed, whyNoBody));
  }

  /** Not inside `answer`: a function that waits for an outcome must not hold the bytes. */
  #reported(
    measures: Measures & { readonly bytes: number },
    followed: Followed<DeliveryEnd> | undefined,
    whyNoBody: string | undefined,
  ): (settled: Settled) => Settled {
    return (settled) => {
      this.#unanswered -= 1;
      this.bytesHeld.give(measures.bytes);
      this.tell(because(whyNoBody, settled), measures, followed);
      if (this.#unanswered === 0) for (const resolve of this.#waiting.splice(0)) resolve();
      return settled;
    };
  }

  /** Verifies and validates a delivery, and reports nothing. Never rejects. */
  async verify<Event>(raw: RawDelivery): Promise<VerifiedEvent<Event> | Settled> {
    const bytes = raw.rawBody.length;
    const full = this.bytesHeld.take(bytes);
    if (full !== undefined) return full;
    const verified = verifyEvent<Event>(raw, this.#parts).catch(unexpected);
    const eventOrEnd = await verified.finally(() => this.bytesHeld.give(bytes));
    return eventOrEnd instanceof Settled ? because(raw.whyNoBody, eventOrEnd) : eventOrEnd;
  }

  follow({ startedAt, bytes }: Measures): Followed<DeliveryEnd> | undefined {
    const { telemetry, clock } = this.#parts;
    return telemetry?.delivery({ waitedMs: clock.now() - startedAt, bytes });
  }

  /** Reports the end of a delivery to the log, to listeners and to telemetry. */
  tell(settled: Settled, measures: Measures, followed = this.follow(measures)): void {
    this.#reporter.report(settled, measures);
    followed?.end(endOf(settled));
  }
}
