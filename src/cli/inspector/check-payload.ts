import type { IncomingMessage, ServerResponse } from 'node:http';
import { fieldsOf } from '../../foundations/fields-of';
import { schemaErrors } from '../../testing';
import { jsonIn } from '../json-in';
import { placeInText, whereBroken } from '../json-place';
import { spanOf } from '../json-span';
import { isLarge } from '../large-json';
import { sendJson, sendText } from './replies';
import { isJson, readJson } from './request-json';
import type { CheckedPayload, PlacedText } from './wire';

/** How many schema errors are listed while somebody types. */
const mostListed = 20;

/** Checks the text in the request's body, `{"text"}`, and answers with what is wrong with it, and where. */
export async function answerCheck(
  request: IncomingMessage,
  response: ServerResponse,
  check: (text: string) => Promise<CheckedPayload>,
): Promise<void> {
  const { text } = isJson(request) ? fieldsOf(await readJson(request)) : {};
  if (typeof text === 'string') sendJson(response, 200, await check(text));
  else sendText(response, isJson(request) ? 400 : 415, 'Send application/json, with the text to check.\n');
}

/** What a receiver finds wrong with a payload, each with its place in the text. */
export function checkPayload(text: string): CheckedPayload {
  if (isLarge(text)) return { isLeft: true, errors: [] };
  const payload = jsonIn(text);
  if (payload === undefined) {
    const broken = brokenPlace(text);
    return { ...(broken && { broken }), errors: [] };
  }
  const errors = schemaErrors(payload.value);
  return {
    errors: errors.slice(0, mostListed).map((error) => ({ ...error, ...placeOfPointer(text, error.pointer) })),
    ...(errors.length > mostListed && { more: errors.length - mostListed }),
  };
}

/** Where a text stops being JSON. */
export function brokenPlace(text: string): CheckedPayload['broken'] {
  const broken = whereBroken(text);
  return broken && { ...broken, ...spanAt(text, broken) };
}

/** A missing property is shown at the object that should have it. */
function placeOfPointer(text: string, pointer: string): PlacedText {
  const span = spanOf(text, pointer) ?? spanOf(text, pointer.slice(0, pointer.lastIndexOf('/')));
  const { start, end } = span ?? { start: 0, end: 0 };
  return { ...placeInText(text, start), start, end };
}

function spanAt(text: string, { line, column }: { readonly line: number; readonly column: number }) {
  let start = 0;
  for (let at = 1; at < line; at += 1) start = text.indexOf('\n', start) + 1;
  start += column - 1;
  return { start, end: Math.min(start + 1, text.length) };
}
