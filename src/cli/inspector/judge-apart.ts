import { isLargeBody } from '../large-json';
import type { BodyWork } from './body-work';
import type { Judge } from './judge';

/**
 * Judges large bodies in another thread, so that other deliveries and the page do not wait for them. Where that thread cannot
 * run, such as in a bundle without its module, they are judged here: a delivery is answered in any case.
 */
export function judgeApart(judge: Judge, apart: Pick<BodyWork, 'judge'>): Judge {
  return async (request, isWhole, passed) => {
    if (!isLargeBody(request.body)) return judge(request, isWhole, passed);
    const judged = await apart.judge(request, isWhole).catch(() => undefined);
    if (judged === undefined) return judge(request, isWhole, passed);
    const { verdict, steps } = judged;
    for (const { name, agoMs } of steps) passed?.(name, agoMs);
    return verdict;
  };
}
