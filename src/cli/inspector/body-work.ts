import { explainSignature, schemaErrors } from '../../testing';
import type { CapturedRequest } from '../captured/captured-request';
import { isTooDeep, jsonIn } from '../json-in';
import { bodyText } from './body-text';
import { brokenPlace, checkPayload } from './check-payload';
import { createJudge, type PassedStep, type Verdict } from './judge';
import type { CheckedPayload, DeliveryDetail, SignatureCheck } from './wire';

/** A verdict, and how long before it each step was passed, in milliseconds. */
export interface JudgedBody {
  readonly verdict: Verdict;
  readonly steps: readonly { readonly name: PassedStep; readonly agoMs: number }[];
}

/** What is to be said about the bytes of a delivery. */
export type ExplainedBody = Pick<DeliveryDetail, 'signature' | 'schemaErrors' | 'broken'>;

/** Work that takes as long as a stranger's body makes it take. */
export interface BodyWork {
  readonly judge: (request: CapturedRequest, isWhole: boolean) => Promise<JudgedBody>;
  readonly explain: (request: CapturedRequest) => Promise<ExplainedBody>;
  /** At the time of the delivery: a timestamp that was fresh then is not stale now. */
  readonly explainSignature: (request: CapturedRequest) => Promise<SignatureCheck>;
  readonly check: (text: string) => Promise<CheckedPayload>;
}

/** Does that work in this thread. */
export function createBodyWork(secret: string | undefined): BodyWork {
  const judge = createJudge(secret);
  const explained = ({ headers, body, receivedAt }: CapturedRequest): SignatureCheck =>
    secret === undefined
      ? unexplained(secret)
      : { checked: true, ...explainSignature({ headers, body, secret, now: receivedAt }) };
  return {
    async judge(request, isWhole) {
      const passed: { name: PassedStep; at: number }[] = [];
      const verdict = await judge(request, isWhole, (name) => passed.push({ name, at: performance.now() }));
      const now = performance.now();
      return { verdict, steps: passed.map(({ name, at }) => ({ name, agoMs: now - at })) };
    },
    explain: (request) => later(() => ({ signature: explained(request), ...readPayload(request.body) })),
    explainSignature: (request) => later(() => explained(request)),
    check: (text) => later(() => checkPayload(text)),
  };
}

/** What throws rejects. */
function later<Result>(run: () => Result): Promise<Result> {
  return Promise.resolve().then(run);
}

/** What is said of a signature that nobody explained. */
export function unexplained(secret: string | undefined): SignatureCheck {
  return { checked: secret !== undefined, tried: [], causes: [] };
}

function readPayload(body: Buffer): Omit<ExplainedBody, 'signature'> {
  const text = bodyText(body);
  if (text === undefined || text === '') return { schemaErrors: [] };
  const broken = brokenPlace(text);
  if (broken !== undefined) return { schemaErrors: [], broken };
  return { schemaErrors: isTooDeep(text) ? [] : schemaErrors(jsonIn(text)?.value) };
}

/** Compiles the schemas that list all errors. It takes a second, which the first delivery that is opened would wait for. */
export function prepareExplanations(): void {
  schemaErrors({ event: 'notes_created' });
}
