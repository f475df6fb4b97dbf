import { jsonIn } from '../json-in';
import { isLargeBody } from '../large-json';
import type { LoggedDelivery } from './delivery-log';
import { diffValues, mostChanges } from './diff-values';
import { shortened } from './shortened';
import type { AttemptsDiff, ChangedHeader } from './wire';

/** What changed from one attempt to another: headers, and values of the body. */
export function diffAttempts({ request: before }: LoggedDelivery, { request: after }: LoggedDelivery): AttemptsDiff {
  const headers = changedHeaders(before.headers, after.headers);
  const listed = { headers: headers.slice(0, mostChanges), isAll: headers.length <= mostChanges };
  if (before.body.equals(after.body)) return { ...listed, body: 'same', values: [] };
  const values = [before.body, after.body].map(readJson);
  const [from, to] = values;
  if (from === undefined || to === undefined) return { ...listed, body: 'bytes', values: [] };
  const { changes, isAll } = diffValues(from.value, to.value);
  return { ...listed, body: 'json', values: changes, isAll: listed.isAll && isAll };
}

function readJson(body: Buffer): { readonly value: unknown } | undefined {
  return isLargeBody(body) ? undefined : jsonIn(body.toString('utf8'));
}

type Headers = Readonly<Record<string, string>>;

function changedHeaders(before: Headers, after: Headers): readonly ChangedHeader[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .filter((name) => before[name] !== after[name])
    .map((name) => ({ name, ...side('before', name, before[name]), ...side('after', name, after[name]) }));
}

/** A header may be as long as all headers together. */
function side(when: 'before' | 'after', name: string, value: string | undefined): Partial<ChangedHeader> {
  return value === undefined ? {} : { [when]: shortened(name, value).slice(0, 500) };
}
