import { byId } from './dom';

/** Makes screen readers say a text, after what they are saying. */
export function announce(text: string): void {
  byId('announcer').textContent = text;
}

/** The least time between two announcements, in milliseconds: deliveries come faster than people listen. */
const pauseMs = 2000;
let waiting: string | undefined;
let isPaused = false;

/** Announces the newest delivery. Those in between are left out. */
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
