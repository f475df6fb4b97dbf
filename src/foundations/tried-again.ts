import { codeOf } from './describe-error';

/** PostgreSQL's code for: another transaction changed the same rows meanwhile, and nothing was done. */
export const serializationFailure = '40001';
/** Its code for: two transactions waited for each other, and this one was undone. */
export const deadlock = '40P01';

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

/** Makes a call again if it met another one. Under `repeatable read` and `serializable` that is no error. */
export async function triedAgain<T>(call: () => Promise<T>, trying: Trying = {}): Promise<T> {
  const { codes = [serializationFailure], tries = 2 } = trying;
  try {
    return await call();
  } catch (error) {
    if (tries <= 1 || !codes.includes(codeOf(error) ?? '')) throw error;
    return await triedAgain(call, { codes, tries: tries - 1 });
  }
}
