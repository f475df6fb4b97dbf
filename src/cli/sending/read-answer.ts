import type { IncomingMessage } from 'node:http';
import { fieldsOf } from '../fields-of';
import { visibleText } from '../visible-text';

/** What is read of an answer, in bytes; the rest is let go by. */
const mostRead = 64 * 1024;

/** What a receiver of this package says in its answer; anything else that answers says nothing but its status. */
export interface ReadAnswer {
  readonly status: number;
  readonly outcome?: string;
  readonly detail?: string;
}

export async function readAnswer(response: IncomingMessage): Promise<ReadAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (length < mostRead) chunks.push(chunk);
    length += chunk.length;
  }
  const { statusCode: status = 0 } = response;
  return { status, ...readBody(Buffer.concat(chunks).toString('utf8')) };
}

function readBody(text: string): Omit<ReadAnswer, 'status'> {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return {};
  }
  const { status, code, errors } = fieldsOf(answer);
  const outcome = wordOf(code) ?? wordOf(status);
  const { pointer, keyword } = fieldsOf(Array.isArray(errors) ? errors[0] : undefined);
  return {
    ...(outcome !== undefined && { outcome }),
    ...(typeof pointer === 'string' && { detail: shown(`${pointer} ${wordOf(keyword) ?? ''}`.trim()) }),
  };
}

/** A word such as `processed` or `INVALID`; an answer may come from anything that listens there. */
function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w-]{1,40}$/.test(value) ? value : undefined;
}

function shown(text: string): string {
  return visibleText(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
