import type { Output } from '../io';
import { isLargeBody } from '../large-json';
import { type BodyWork, unexplained } from './body-work';
import { toJsonLine, toLine } from './delivery-line';
import type { LoggedDelivery } from './delivery-log';
import type { SignatureCheck } from './wire';

/** How many lines may wait for the explanation of their signature. Further ones have none. */
const mostWaiting = 100;

interface LinesOptions {
  readonly secret: string | undefined;
  readonly work: Pick<BodyWork, 'explainSignature'>;
  readonly json: boolean;
  readonly output: Output;
}

/** Prints a line for each delivery, in the order in which they came. */
export class DeliveryLines {
  readonly #options: LinesOptions;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(options: LinesOptions) {
    this.#options = options;
  }

  add(logged: LoggedDelivery): void {
    const { json, output } = this.#options;
    this.#waiting += 1;
    const checked = this.#check(logged);
    this.#last = this.#last.then(async () => {
      const check = await checked;
      this.#waiting -= 1;
      output.write(json ? toJsonLine(logged, check) : toLine(logged, check, output));
    });
  }

  /** Resolves when all of them are printed. */
  async end(): Promise<void> {
    await this.#last;
  }

  /** A stranger's large body is not explained, nor are more of them than can be. */
  async #check({ summary, request }: LoggedDelivery): Promise<SignatureCheck> {
    const { secret, work } = this.#options;
    const isFutile = summary.outcome === 'unauthenticated' && isLargeBody(request.body);
    if (isFutile || this.#waiting > mostWaiting) return unexplained(secret);
    return work.explainSignature({ ...request, receivedAt: summary.receivedAt }).catch(() => unexplained(secret));
  }
}
