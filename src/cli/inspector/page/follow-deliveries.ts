import type { NewDelivery } from '../wire';
import { byId } from './dom';

type State = 'live' | 'waiting';

const texts: Readonly<Record<State, string>> = {
  live: 'Live',
  waiting: 'Not connected. If listen was ended, start it and open its new address.',
};

/** Follows new deliveries. After a lost connection the browser connects again, and asks for what it missed. */
export function followDeliveries(after: number, take: (come: readonly NewDelivery[]) => void): void {
  const source = new EventSource(`api/events?after=${after}`);
  let come: NewDelivery[] = [];
  source.addEventListener('open', () => showConnection('live'));
  source.addEventListener('error', () => showConnection('waiting'));
  source.addEventListener('delivery', ({ data }: MessageEvent<string>) => {
    come.push(JSON.parse(data) as NewDelivery);
    // Many deliveries at once change the page only once.
    if (come.length === 1) setTimeout(hand, 50);
  });
  function hand(): void {
    const handed = come;
    come = [];
    take(handed);
  }
}

export function showConnection(state: State): void {
  const shown = byId('connection');
  if (shown.dataset['state'] === state) return;
  shown.dataset['state'] = state;
  byId('connection-text').textContent = texts[state];
}
