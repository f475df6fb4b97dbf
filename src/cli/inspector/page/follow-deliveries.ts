import type { NewDelivery } from '../wire';
import { byId } from './dom';

type State = 'live' | 'waiting';

const texts: Readonly<Record<State, string>> = {
  live: 'Live',
  waiting: 'Not connected. If listen was ended, start it again, as before.',
};

/** What the page knows when it begins to follow. */
interface Start {
  /** Id of the latest delivery. */
  readonly after: number;
  readonly run: string;
}

/** Follows new deliveries. After a lost connection the browser connects again, and asks for what it missed. */
export function followDeliveries({ after, run }: Start, take: (come: readonly NewDelivery[]) => void): void {
  const source = new EventSource(`api/events?after=${after}`);
  let come: NewDelivery[] = [];
  source.addEventListener('error', () => showConnection('waiting'));
  source.addEventListener('run', ({ data }: MessageEvent<string>) => {
    // `listen` was started again and counts anew: what the page shows is gone.
    if (data !== run) location.reload();
    // Not when the stream opens: one page too many gets a stream without a run, and asks again.
    else showConnection('live');
  });
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
