import { isUtf8 } from 'node:buffer';
import type { DeadLetterDetails } from '../../index';
import { answerOf } from '../app/answer';
import { withApp } from '../app/open-app';
import { Failure } from '../failure';
import type { Io } from '../io';
import { visibleText } from '../visible-text';
import { letterJson } from './letter-json';
import { theQueue } from './pages';

export interface ShowOptions {
  readonly app: string;
  readonly body?: true;
  readonly json?: true;
}

/** `dead-letters show`: everything about one; the payload only when it is asked for. */
export async function showLetter(id: string, { app, body, json }: ShowOptions, io: Io): Promise<void> {
  await withApp(app, io, async ({ deadLetters }) => {
    const letter = await answerOf(deadLetters.get(id), theQueue, io);
    if (letter === undefined) throw new Failure(`There is no dead letter with the id ${visibleText(id)}.`);
    const { headers, params, locals, rawBody } = letter;
    if (json) {
      const more = {
        headers,
        params,
        locals,
        bytes: rawBody.length,
        ...(body && { body: rawBody.toString('base64') }),
      };
      io.stdout.write(letterJson(letter, more));
    } else {
      io.stdout.write(describe(letter));
      if (body) io.stdout.write(`\n${bodyText(rawBody)}\n`);
    }
  });
}

function describe(letter: DeadLetterDetails): string {
  const { id, key, event, tenant, replayed, reason, attempts, failedAt, receivedAt, headers, params, locals, rawBody } =
    letter;
  const rows: (readonly [string, string | undefined])[] = [
    ['id', id],
    ['event', event],
    ['tenant', tenant],
    ['key', key],
    ['replayed', replayed ? 'yes' : undefined],
    ['received', receivedAt?.toISOString()],
    ['failed', failedAt.toISOString()],
    ['attempts', String(attempts)],
    ['reason', reason],
    ...Object.entries(params).map(([name, value]) => [`params.${name}`, value] as const),
    ...Object.entries(headers).map(([name, value]) => [`headers.${name}`, value] as const),
    ['locals', JSON.stringify(locals)],
    ['body', `${rawBody.length} bytes`],
  ];
  const known = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  const width = Math.max(...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${visibleText(name).padEnd(width)}  ${visibleText(value)}\n`).join('');
}

/** Lines stay lines; whatever else would act on a terminal is escaped. */
function bodyText(bytes: Buffer): string {
  if (!isUtf8(bytes)) return `${bytes.toString('base64')} (base64: the body is no UTF-8)`;
  return bytes.toString('utf8').split('\n').map(visibleText).join('\n');
}
