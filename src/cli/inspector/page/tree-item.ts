import { indentJson } from '../../indent-json';
import type { JsonMember, JsonNode } from '../../json-node';
import type { PlacedError } from '../wire';
import { element } from './dom';
import { childPointer, isWithin, splitPointer } from './pointer';
import { makeNodeRow } from './tree-node';
import { TreeRuns } from './tree-runs';

interface ItemValue {
  readonly key: string | number | undefined;
  /** `undefined` for a missing property. */
  readonly node: JsonNode | undefined;
}

/** A node of the tree with its children. Folded children are not in the page. */
export class TreeItem {
  readonly element: HTMLElement;
  readonly pointer: string;
  readonly node: JsonNode | undefined;
  readonly depth: number;
  readonly parent: TreeItem | undefined;
  readonly #key: string | number | undefined;
  readonly #errors: readonly PlacedError[];
  readonly #group = element('div', { role: 'group', class: 'group' });
  readonly #close: HTMLElement;
  #missing: readonly TreeItem[] = [];
  #runs: TreeRuns<TreeItem> | undefined;
  #row: HTMLElement;
  #isOpen = false;

  /** @param errors the errors of the parent, or of the whole payload */
  constructor({ key, node }: ItemValue, errors: readonly PlacedError[], parent?: TreeItem) {
    this.#key = key;
    this.node = node;
    this.parent = parent;
    const pointer = key === undefined ? '' : childPointer(parent?.pointer ?? '', key);
    this.pointer = pointer;
    this.depth = (parent?.depth ?? 0) + 1;
    // Children search only the errors of their own branch.
    this.#errors = errors.filter((error) => isWithin(error.pointer, pointer));
    this.#close = element('div', { class: 'close', 'aria-hidden': 'true' }, node?.kind === 'array' ? ']' : '}');
    this.#row = this.#makeRow();
    this.element = element(
      'div',
      { class: 'item', role: 'treeitem', tabindex: -1, 'aria-level': this.depth, 'aria-selected': 'false' },
      this.#row,
    );
    if (this.isBranch) this.element.setAttribute('aria-expanded', 'false');
  }

  get isBranch(): boolean {
    const { node } = this;
    return node !== undefined && (node.size > 0 || (isHolder(node) && this.leadsToError));
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
    const { node } = this;
    if (node === undefined) return '';
    return node.kind === 'string' ? (JSON.parse(node.source) as string) : indentJson(node.source);
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
    return [...this.#missing, ...(this.#runs?.items ?? [])];
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
    if (this.#runs === undefined) this.#makeChildren();
    this.element.append(this.#group, this.#close);
  }

  /** The child at a place, or on the way to it. */
  childTowards(pointer: string): TreeItem | undefined {
    const find = (): TreeItem | undefined => this.children.find((each) => isWithin(pointer, each.pointer));
    const made = find();
    if (made !== undefined) return made;
    let index = 0;
    for (const { key } of this.node?.members() ?? []) {
      if (isWithin(pointer, childPointer(this.pointer, key))) this.#runs?.showAt(index);
      index += 1;
    }
    return find();
  }

  /** Makes some of the children that follow one; returns whether there were any that were not made. */
  showAfter(child: TreeItem): boolean {
    return this.#runs?.showAfter(child) ?? false;
  }

  /** Its missing properties, then its members. */
  #makeChildren(): void {
    if (this.node === undefined) return;
    const make = (member: JsonMember): TreeItem => new TreeItem(member, this.#errors, this);
    this.#missing = this.#missingKeys().map((key) => new TreeItem({ key, node: undefined }, this.#errors, this));
    this.#group.append(...this.#missing.map((child) => child.element));
    this.#runs = new TreeRuns(this.node, this.#group, make);
  }

  #missingKeys(): readonly string[] {
    const absent = this.#errors.filter(({ keyword, pointer }) => keyword === 'required' && pointer !== this.pointer);
    const places = absent.map(({ pointer }) => splitPointer(pointer)).filter(({ parent }) => parent === this.pointer);
    return [...new Set(places.map(({ key }) => key))];
  }

  #makeRow(): HTMLElement {
    const errors = this.#errors.filter(({ pointer }) => pointer === this.pointer);
    return makeNodeRow({ key: this.#key, node: this.node, errors, isBranch: this.isBranch, isOpen: this.#isOpen });
  }
}

function isHolder({ kind }: JsonNode): boolean {
  return kind === 'object' || kind === 'array';
}
