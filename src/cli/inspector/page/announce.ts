import { byId } from './dom';

/** Says something to those who do not see the page, when nothing else is being said. */
export function announce(text: string): void {
  byId('announcer').textContent = text;
}

/** Every so often at most, in milliseconds: deliveries may come faster than anybody listens. */
const pauseMs = 2000;
let waiting: string | undefined;
let isPaused = false;

/** Announces the newest of what comes, not all of it. */
export function announceNews(text: string): void {
  waiting = text;
  if (isPaused) return;
  isPaused = true;
  announce(waiting);
  waiting = undefined;
  setTimeout(() => {
    isPaused = false;
    if (waiting !== undefined) announceNews(waiting);
  }, pauseMs);
}
