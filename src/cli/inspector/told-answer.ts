import type { Outcome } from '../../index';

/** What `--answer` may say: the answer to every correct delivery, to see how its sender repeats. */
export const toldAnswers = ['500', '503', 'timeout'] as const;

export type ToldAnswer = (typeof toldAnswers)[number];

/** How long `timeout` holds a delivery, in milliseconds. Senders give up earlier. */
export const heldMs = 60_000;

/** The outcome that answers so. */
export function outcomeOfAnswer(told: ToldAnswer): Outcome {
  return ({ 500: 'failed', 503: 'unavailable', timeout: 'timeout' } as const)[told];
}

/** Why a correct delivery is answered so, in words. */
export function whyTold(told: ToldAnswer): string {
  return told === 'timeout'
    ? `Held without an answer for up to ${heldMs / 1000} s, as --answer says.`
    : `Answered ${told}, as --answer says.`;
}
