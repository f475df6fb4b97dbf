const million = 1_000_000;
let counter = Math.floor(Math.random() * million);

/** A timestamp that no other payload has: now in milliseconds, and six more digits that count up from a random number. */
export function freshTimestamp(): string {
  counter = (counter + 1) % million;
  const moment = new Date().toISOString().slice(0, -1);
  return `${moment}${String(counter).padStart(6, '0')}Z`;
}
