/** A step that a delivery has passed. */
export type PassedStep = 'verified' | 'validated';

const followers = new WeakMap<Buffer, (step: PassedStep) => void>();

/** Calls a listener when the delivery with these bytes passes a step of `verify`. For tools that show how long each took. */
export function followSteps(rawBody: Buffer, listener: (step: PassedStep) => void): void {
  followers.set(rawBody, listener);
}

/** Tells the listener of a delivery, if it has one. */
export function tellStep(step: PassedStep, rawBody: Buffer): void {
  followers.get(rawBody)?.(step);
}
