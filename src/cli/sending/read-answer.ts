import { fieldsOf } from '../../foundations/fields-of';
import { outcomes } from '../../foundations/outcomes';
import { jsonIn } from '../json-in';
import { visibleText } from '../visible-text';
import { withoutCredentials } from '../without-credentials';
import type { Reply } from './poster';

/** The answer to a delivery, as `send` and `replay` print it. */
export interface Answer {
  /** HTTP status; absent if no answer came. */
  readonly status?: number;
  /** The outcome that the receiver names. */
  readonly outcome?: string;
  /** Why it was refused: the first schema error, else the title of the problem, else where a redirect leads. */
  readonly detail?: string;
  /** Why no answer came. */
  readonly error?: string;
  /** From the first byte sent to the last one received, in milliseconds. */
  readonly ms: number;
}

/** Reads the answer of a receiver of this package. From any other server, only the status is used. */
export function readAnswer({ status, text = '', location, error, ms }: Reply): Answer {
  return {
    ...(status !== undefined && { status }),
    ...(isRedirect(status) &&
      location !== undefined && {
        detail: shown(`It redirects to ${withoutCredentials(location)}, and is not followed`),
      }),
    ...wordsIn(text),
    ...(error !== undefined && { error }),
    ms,
  };
}

function isRedirect(status: number | undefined): boolean {
  return status !== undefined && status >= 300 && status < 400;
}

function wordsIn(text: string): Pick<Answer, 'outcome' | 'detail'> {
  const { status, code, title, errors } = fieldsOf(jsonIn(text)?.value);
  const outcome = wordOf(code) === undefined ? wordOf(status) : (outcomeOf(code) ?? wordOf(code));
  const { pointer, keyword } = fieldsOf(Array.isArray(errors) ? errors[0] : undefined);
  const detail = typeof pointer === 'string' ? `${pointer} ${wordOf(keyword) ?? ''}`.trim() : title;
  return {
    ...(outcome !== undefined && { outcome }),
    ...(typeof detail === 'string' && detail !== '' && { detail: shown(detail) }),
  };
}

/** The outcome whose problem has this code. */
function outcomeOf(code: unknown): string | undefined {
  return Object.entries(outcomes).find(([, row]) => 'code' in row && row.code === code)?.[0];
}

/** A word such as `processed` or `IN_PROGRESS`. Any server may listen there, and send any text. */
function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w-]{1,40}$/.test(value) ? value : undefined;
}

function shown(text: string): string {
  return visibleText(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
