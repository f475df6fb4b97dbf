import { codeOf, describeError } from './describe-error';

/** PostgreSQL's code for: another transaction changed the same rows meanwhile, and nothing was done. */
export const serializationFailure = '40001';
/** Its code for: two transactions waited for each other, and this one was undone. */
export const deadlock = '40P01';
/** Its code for: there is no such table. */
export const unknownTable = '42P01';

/**
 * Whether PostgreSQL refused a statement, so that it did nothing. After other errors it may have done all of it: so after
 * 40003, and those of class 08, with which a pooler such as PgBouncer says that it lost the server.
 */
export function isRefusal(error: unknown): boolean {
  return /^(?!08|40003)[\dFHPX][\dA-Z]{4}$/.test(codeOf(error) ?? '');
}

/**
 * Whether PostgreSQL refused a statement for one item in it: for a value, for what others do to its row, or in a trigger.
 * For other reasons, such as a missing table, it would refuse each item that is tried alone as well.
 */
export function isOfOneItem(error: unknown): boolean {
  return isRefusal(error) && /^(?:22|23|40|54|55|P0|57014)/.test(codeOf(error) ?? '');
}

/**
 * Throws an error again. For a missing table, the new message says what to do; the code stays. `who` has the
 * `migrate()`.
 */
export function throwWithRemedy(error: unknown, who: string): never {
  if (codeOf(error) !== unknownTable) throw error;
  const { message } = describeError(error);
  const remedy = `Call migrate() of ${who} at the start, or let the search_path of its pool lead to its tables.`;
  throw Object.assign(new Error(`${message}. ${remedy}`, { cause: error }), { code: unknownTable });
}
