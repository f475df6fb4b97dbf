import { fieldsOf } from '../fields-of';
import { jsonIn } from '../json-in';
import { visibleText } from '../visible-text';
import type { Reply } from './poster';

/** What became of one delivery that was sent. */
export interface Answer {
  /** HTTP status; `undefined` where none came. */
  readonly status?: number;
  /** What the receiver says became of the delivery, or the code of its problem. */
  readonly outcome?: string;
  /** The first schema error of a 422: its place and its keyword. */
  readonly detail?: string;
  /** Why no answer came. */
  readonly error?: string;
  /** From the first byte sent to the last one received, in milliseconds. */
  readonly ms: number;
}

/** Reads the words of a receiver of this package. Any other server says its status only. */
export function readAnswer({ status, text = '', error, ms }: Reply): Answer {
  return {
    ...(status !== undefined && { status }),
    ...wordsIn(text),
    ...(error !== undefined && { error }),
    ms,
  };
}

function wordsIn(text: string): Pick<Answer, 'outcome' | 'detail'> {
  const { status, code, errors } = fieldsOf(jsonIn(text)?.value);
  const outcome = wordOf(code) ?? wordOf(status);
  const { pointer, keyword } = fieldsOf(Array.isArray(errors) ? errors[0] : undefined);
  return {
    ...(outcome !== undefined && { outcome }),
    ...(typeof pointer === 'string' && { detail: shown(`${pointer} ${wordOf(keyword) ?? ''}`.trim()) }),
  };
}

/** A word such as `processed` or `INVALID`. Anything may listen there, and answer anything. */
function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w-]{1,40}$/.test(value) ? value : undefined;
}

function shown(text: string): string {
  return visibleText(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
