import type { PlacedError } from '../wire';
import { element } from './dom';
import { counted } from './format';
import { childPointer, isWithin, splitPointer } from './pointer';
import { isBranch, makeNodeRow } from './tree-node';

/** How many children are made at a time. */
const batch = 100;

interface ItemValue {
  readonly key: string | number | undefined;
  /** `undefined` for a missing property. */
  readonly value: unknown;
  readonly pointer: string;
}

/** A node of the tree with its children. Folded children are not in the page. */
export class TreeItem {
  readonly element: HTMLElement;
  readonly pointer: string;
  readonly value: unknown;
  readonly depth: number;
  readonly parent: TreeItem | undefined;
  readonly #key: string | number | undefined;
  readonly #errors: readonly PlacedError[];
  readonly #group = element('div', { role: 'group', class: 'group' });
  #children: TreeItem[] | undefined;
  #values: readonly ItemValue[] | undefined;
  readonly #close: HTMLElement;
  #row: HTMLElement;
  #more: HTMLElement | undefined;
  #isOpen = false;

  /** @param errors the errors of the parent, or of the whole payload */
  constructor({ key, value, pointer }: ItemValue, errors: readonly PlacedError[], parent?: TreeItem) {
    this.#key = key;
    this.value = value;
    this.pointer = pointer;
    this.parent = parent;
    this.depth = (parent?.depth ?? 0) + 1;
    // Children search only the errors of their own branch.
    this.#errors = errors.filter((error) => isWithin(error.pointer, pointer));
    this.#close = element('div', { class: 'close', 'aria-hidden': 'true' }, Array.isArray(value) ? ']' : '}');
    this.#row = this.#makeRow();
    this.element = element(
      'div',
      { class: 'item', role: 'treeitem', tabindex: -1, 'aria-level': this.depth, 'aria-selected': 'false' },
      this.#row,
    );
    if (this.isBranch) this.element.setAttribute('aria-expanded', 'false');
  }

  get isBranch(): boolean {
    return isBranch(this.value) || this.#errors.some(({ pointer }) => pointer !== this.pointer && isObject(this.value));
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether there is an error below it. */
  get leadsToError(): boolean {
    return this.#errors.some(({ pointer }) => pointer !== this.pointer);
  }

  /** The value, as it is copied: a text without its quotation marks. */
  get copied(): string {
    return typeof this.value === 'string' ? this.value : (JSON.stringify(this.value, null, 2) ?? '');
  }

  /** Its place as JavaScript writes it, such as `data.notes[0]`. */
  get path(): string {
    const before = this.parent?.path ?? '';
    if (this.#key === undefined) return before;
    if (typeof this.#key === 'number') return `${before}[${this.#key}]`;
    if (!/^[A-Za-z_$][\w$]*$/.test(this.#key)) return `${before}[${JSON.stringify(this.#key)}]`;
    return before === '' ? this.#key : `${before}.${this.#key}`;
  }

  get children(): readonly TreeItem[] {
    return this.#children ?? [];
  }

  setOpen(open: boolean): void {
    if (!this.isBranch || open === this.#isOpen) return;
    this.#isOpen = open;
    this.element.setAttribute('aria-expanded', String(open));
    const row = this.#makeRow();
    this.#row.replaceWith(row);
    this.#row = row;
    if (!open) {
      this.#group.remove();
      this.#close.remove();
      return;
    }
    if (this.#children === undefined) this.showMore();
    this.element.append(this.#group, this.#close);
  }

  /** The child at a place, or on the way to it. */
  childTowards(pointer: string): TreeItem | undefined {
    for (;;) {
      const child = this.children.find((each) => isWithin(pointer, each.pointer));
      if (child !== undefined || !this.showMore()) return child;
    }
  }

  /** Makes the next children; returns whether there were any. */
  showMore(): boolean {
    this.#values ??= this.#childValues();
    const values = this.#values;
    const made = this.children.length;
    const next = values.slice(made, made + batch).map((value) => new TreeItem(value, this.#errors, this));
    this.#children = [...this.children, ...next];
    this.#more?.remove();
    this.#group.append(...next.map((child) => child.element));
    const left = values.length - this.#children.length;
    if (left > 0) {
      this.#more = element('button', { type: 'button', class: 'more', tabindex: -1 }, counted(left, 'more item'));
      this.#more.dataset['more'] = '';
      this.#group.append(this.#more);
    }
    return next.length > 0;
  }

  /** Its missing properties, then its children. */
  #childValues(): readonly ItemValue[] {
    if (!isObject(this.value)) return [];
    const { value, pointer } = this;
    const isArray = Array.isArray(value);
    const held = Object.entries(value).map(
      ([key, each]): ItemValue => ({
        key: isArray ? Number(key) : key,
        value: each,
        pointer: childPointer(pointer, key),
      }),
    );
    const known = new Set(held.map((each) => each.pointer));
    const missing = new Map<string, ItemValue>();
    for (const { pointer: place } of this.#errors) {
      const { parent, key } = splitPointer(place);
      if (place !== '' && parent === pointer && !known.has(place))
        missing.set(place, { key, value: undefined, pointer: place });
    }
    return [...missing.values(), ...held];
  }

  #makeRow(): HTMLElement {
    const errors = this.#errors.filter(({ pointer }) => pointer === this.pointer);
    return makeNodeRow({ key: this.#key, value: this.value, errors, isBranch: this.isBranch, isOpen: this.#isOpen });
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
