import type { DeliveryDetail, StepName } from '../wire';
import { element } from './dom';
import { exact } from './format';

const words: Readonly<Record<StepName, string>> = {
  received: 'Received',
  verified: 'Verified',
  validated: 'Validated',
  'sent-on': 'Sent on',
  'app-answered': 'App answered',
  answered: 'Answered',
};

/** What a delivery passed, each step with the time since the head of its request came. */
export function timelineView({ steps }: DeliveryDetail): HTMLElement | undefined {
  if (steps === undefined) return undefined;
  const items = steps.map(({ name, ms }) =>
    element('li', {}, element('span', { class: 'step-name' }, words[name]), element('span', {}, exact(ms))),
  );
  return element('ol', { class: 'timeline', 'aria-label': 'Timeline, in time since the request began' }, ...items);
}
