import { codeOf } from './describe-error';
import { serializationFailure } from './postgres-answer';

/** When a call is tried again, and how often. */
export interface Trying {
  /** Errors with other codes are not tried again. @default a serialization failure alone */
  readonly codes?: readonly string[];
  /** How often in all, from 1. @default 2 */
  readonly tries?: number;
}

export function isSerializationFailure(error: unknown): boolean {
  return codeOf(error) === serializationFailure;
}

/**
 * Makes a call again after an error of one of `codes`. A serialization failure is no fault: under `repeatable read` and
 * `serializable` it comes wherever two transactions met.
 */
export async function retried<T>(call: () => Promise<T>, trying: Trying = {}): Promise<T> {
  const { codes = [serializationFailure], tries = 2 } = trying;
  try {
    return await call();
  } catch (error) {
    if (tries <= 1 || !codes.includes(codeOf(error) ?? '')) throw error;
    return await retried(call, { codes, tries: tries - 1 });
  }
}
