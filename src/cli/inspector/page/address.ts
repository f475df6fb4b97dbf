import type { KeptFilters } from './filters';

/** What the address keeps behind its `#`, so that a reload, or a bookmark, shows the same. */
export interface Kept extends KeptFilters {
  /** The selected delivery. */
  readonly id: number | undefined;
}

export function readAddress(): Kept {
  const kept = new URLSearchParams(location.hash.slice(1));
  const id = Number(kept.get('id'));
  return { id: id > 0 ? id : undefined, text: kept.get('search') ?? '', outcomes: kept.getAll('outcome') };
}

/** Makes no entry in the browser's history: Back leaves the page. */
export function writeAddress({ id, text, outcomes }: Kept): void {
  const kept = new URLSearchParams(outcomes.map((outcome) => ['outcome', outcome]));
  if (text !== '') kept.set('search', text);
  if (id !== undefined) kept.set('id', String(id));
  const hash = kept.size === 0 ? '' : `#${kept}`;
  if (hash !== location.hash) history.replaceState(null, '', hash === '' ? location.pathname : hash);
}
