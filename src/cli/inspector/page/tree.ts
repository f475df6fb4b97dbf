import { JsonNode } from '../../json-node';
import type { PlacedError } from '../wire';
import { element } from './dom';
import { TreeItem } from './tree-item';

/** Branches are unfolded at first down to this depth, and up to this size. */
const openDepth = 3;
const openSize = 30;

/** How many rows are made at once at most, at first and when somebody unfolds. */
const mostRows = 400;

/**
 * A text that is JSON as a foldable tree, with errors at their places. The text is read as far as the tree shows it. The
 * tab key stops at it once; arrow keys move inside.
 */
export class Tree {
  readonly element = element('div', { class: 'tree', role: 'tree', 'aria-label': 'Payload' });
  readonly #root: TreeItem;
  #current: TreeItem;

  constructor(text: string, errors: readonly PlacedError[]) {
    this.#root = new TreeItem({ key: undefined, node: new JsonNode(text) }, errors);
    this.#current = this.#root;
    this.element.append(this.#root.element);
    unfold(this.#root, { rows: mostRows });
    this.#root.element.tabIndex = 0;
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
    this.element.addEventListener('click', ({ target }) => this.#onClick(target));
  }

  /** The item that the keyboard, or a click, went to last. */
  get current(): TreeItem {
    return this.#current;
  }

  /** Unfolds all branches on the way to a place, and goes there. */
  reveal(pointer: string): void {
    let item: TreeItem | undefined = this.#root;
    let reached = item;
    while (item !== undefined && item.pointer !== pointer) {
      item.setOpen(true);
      item = item.childTowards(pointer);
      if (item !== undefined) reached = item;
    }
    this.#goTo(reached);
  }

  setAllOpen(open: boolean): void {
    const left = { rows: mostRows };
    for (const child of this.#root.children) setOpenBelow(child, open, openDepth, left);
    if (!open) this.#goTo(this.#root, false);
  }

  #goTo(item: TreeItem, focus = true): void {
    this.#current.element.tabIndex = -1;
    this.#current.element.setAttribute('aria-selected', 'false');
    this.#current = item;
    item.element.tabIndex = 0;
    item.element.setAttribute('aria-selected', 'true');
    if (!focus) return;
    item.element.focus({ preventScroll: true });
    item.element.firstElementChild?.scrollIntoView({ block: 'nearest' });
  }

  #onClick(target: EventTarget | null): void {
    if (!(target instanceof Element)) return;
    const item = this.#itemOf(target);
    if (item === undefined) return;
    if (target.closest('.node') === null) return;
    item.setOpen(!item.isOpen);
    this.#goTo(item);
  }

  #itemOf(target: Element): TreeItem | undefined {
    const wanted = target.closest('[role=treeitem]');
    return this.#visible().find(({ element: each }) => each === wanted);
  }

  /** The visible items, from top to bottom. */
  #visible(): readonly TreeItem[] {
    const seen: TreeItem[] = [];
    const pending = [this.#root];
    for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
      seen.push(item);
      if (item.isOpen) pending.push(...item.children.toReversed());
    }
    return seen;
  }

  #onKey(event: KeyboardEvent): void {
    const next = this.#keyTarget(event);
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (next !== null) this.#goTo(next);
  }

  /** The item that a key leads to; null for a key with another effect, `undefined` for a key without any. */
  #keyTarget({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): TreeItem | null | undefined {
    if (ctrlKey || metaKey || altKey || target !== this.#current.element) return undefined;
    const item = this.#current;
    switch (key) {
      case 'ArrowDown':
        return this.#neighbour(1);
      case 'ArrowUp':
        return this.#neighbour(-1);
      case 'Home':
        return this.#root;
      case 'End':
        return this.#visible().at(-1) ?? null;
      case 'ArrowRight':
        if (!item.isBranch) return null;
        if (item.isOpen) return item.children[0] ?? null;
        item.setOpen(true);
        return null;
      case 'ArrowLeft':
        if (!item.isOpen) return item.parent ?? null;
        item.setOpen(false);
        return null;
      case 'Enter':
      case ' ':
        item.setOpen(!item.isOpen);
        return null;
      default:
        return undefined;
    }
  }

  #neighbour(by: number): TreeItem | null {
    if (by === 1) this.#makeNext();
    const visible = this.#visible();
    return visible[visible.indexOf(this.#current) + by] ?? null;
  }

  /** Past the end of a list that is shown in part, more of it is made. */
  #makeNext(): void {
    let item = this.#current;
    if (item.isOpen) return;
    for (let { parent } = item; parent !== undefined; { parent } = item) {
      if (parent.showAfter(item) || parent.children.at(-1) !== item) return;
      item = parent;
    }
  }
}

/** How many rows may still be made. */
interface Left {
  rows: number;
}

/** Unfolds small branches near the top, and all that lead to an error. */
function unfold(item: TreeItem, left: Left): void {
  const { node, depth } = item;
  const small = depth <= openDepth && node !== undefined && node.size <= openSize;
  if ((depth > 1 && !small && !item.leadsToError) || left.rows <= 0) return;
  item.setOpen(true);
  left.rows -= item.children.length;
  for (const child of item.children) unfold(child, left);
}

function setOpenBelow(item: TreeItem, open: boolean, levels: number, left: Left): void {
  if (open && left.rows <= 0) return;
  item.setOpen(open);
  left.rows -= item.children.length;
  if (levels > 0) for (const child of item.children) setOpenBelow(child, open, levels - 1, left);
}
