import { codeOf } from './describe-error';

/** Whether PostgreSQL refused a statement, so that it did nothing. After other errors it may have done all of it. */
export function isAnswer(error: unknown): boolean {
  return /^[\dFHPX][\dA-Z]{4}$/.test(codeOf(error) ?? '');
}
