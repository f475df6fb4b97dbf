export interface KeyActions {
  readonly move: (by: number) => void;
  readonly page: () => number;
  readonly open: () => void;
  readonly back: () => void;
  readonly search: () => void;
  readonly replay: (edit: boolean) => void;
  readonly help: () => void;
  readonly newest: () => void;
  readonly jump: (by: 1 | -1) => void;
  readonly tab: (number: number) => void;
}

/** Listens to keys in the whole page, unless an element has used them. */
export function listenToKeys(actions: KeyActions): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector('dialog[open]') !== null) return;
    if (act(event, actions)) event.preventDefault();
  });
}

/** Acts on a key; returns whether it has a meaning here. */
function act({ key, target }: KeyboardEvent, actions: KeyActions): boolean {
  // An element in a dialog that has just closed still gets keys, until the browser draws the page.
  const isGone = target instanceof HTMLElement && target.closest('dialog:not([open])') !== null;
  const place = target instanceof HTMLElement && !isGone ? target : document.body;
  if (key === 'Escape') return done(actions.back);
  if (place.matches('input, select, textarea')) {
    // From the search field to the list.
    if (place.id !== 'search' || (key !== 'ArrowDown' && key !== 'Enter')) return false;
    return done(() => actions.move(0));
  }
  const letter = letters(actions)[key];
  if (letter !== undefined) return done(letter);
  if (/^[1-5]$/.test(key)) return done(() => actions.tab(Number(key)));
  // Elsewhere arrows scroll, and buttons have keys of their own.
  const inList = place.id === 'list' || place === document.body;
  const move = inList ? moves(actions)[key] : undefined;
  return move === undefined ? false : done(move);
}

function letters(actions: KeyActions): Readonly<Record<string, (() => void) | undefined>> {
  return {
    j: () => actions.move(1),
    k: () => actions.move(-1),
    '/': actions.search,
    r: () => actions.replay(false),
    e: () => actions.replay(true),
    '?': actions.help,
    g: actions.newest,
    n: () => actions.jump(1),
    p: () => actions.jump(-1),
  };
}

function moves(actions: KeyActions): Readonly<Record<string, (() => void) | undefined>> {
  return {
    ArrowDown: () => actions.move(1),
    ArrowUp: () => actions.move(-1),
    PageDown: () => actions.move(actions.page()),
    PageUp: () => actions.move(-actions.page()),
    Home: () => actions.move(Number.NEGATIVE_INFINITY),
    End: () => actions.move(Number.POSITIVE_INFINITY),
    Enter: actions.open,
    ' ': actions.open,
  };
}

function done(action: () => void): true {
  action();
  return true;
}
