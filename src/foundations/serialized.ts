import { codeOf } from './describe-error';

/** Whether PostgreSQL undid a statement because another one changed the same rows meanwhile. */
export function isSerializationFailure(error: unknown): boolean {
  return codeOf(error) === '40001';
}

/** Makes a call once more if it met another one: under `repeatable read` and `serializable` that is no error. */
export async function serialized<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!isSerializationFailure(error)) throw error;
    return await call();
  }
}
