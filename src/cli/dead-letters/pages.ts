import type { DeadLetter, DeadLetters } from '../../index';
import { answerOf } from '../app/answer';
import type { Io } from '../io';

const pageSize = 100;

/** Who is asked, for messages. */
export const theQueue = 'The queue';

/** The dead letters, the newest first, page by page. One that is redriven meanwhile may hide another. */
export async function* pagesOf(
  deadLetters: DeadLetters,
  limit: number,
  io: Io,
): AsyncGenerator<readonly DeadLetter[], void, undefined> {
  for (let offset = 0; offset < limit; offset += pageSize) {
    const asked = Math.min(pageSize, limit - offset);
    const page = await answerOf(deadLetters.list({ limit: asked, offset }), theQueue, io);
    if (page.length > 0) yield page;
    if (page.length < asked) return;
  }
}
