import { isTooDeep, jsonIn } from '../../json-in';
import type { DeliveryDetail, PlacedError } from '../wire';
import { announce } from './announce';
import { button, element, untrusted } from './dom';
import { counted, size } from './format';
import { icon } from './outcome';
import { Tree } from './tree';

/** How much of a body is shown as it came, in characters. */
const longestRaw = 200_000;

/** Shows the payload as a tree or as it came, and goes from error to error. */
export class PayloadView {
  readonly element = element('div', { class: 'payload' });
  readonly #tree: Tree | undefined;
  readonly #errors: readonly PlacedError[];
  #at = -1;

  constructor({ text, bytes, schemaErrors }: DeliveryDetail) {
    this.#errors = schemaErrors;
    if (text === undefined) {
      this.element.append(element('p', { class: 'remark' }, `${size(bytes)} that are not UTF-8 text.`));
      return;
    }
    const raw = rawView(text);
    const tooDeep = isTooDeep(text);
    const parsed = tooDeep ? undefined : jsonIn(text);
    if (parsed === undefined) {
      const what = tooDeep ? 'The body is nested too deep for a tree.' : 'The body is not JSON.';
      const remark = text === '' ? 'The body is empty.' : `${what} This is what came:`;
      this.element.append(element('p', { class: 'remark' }, remark), raw);
      return;
    }
    this.#tree = new Tree(parsed.value, schemaErrors);
    this.element.append(this.#makeBar(this.#tree, raw), this.#tree.element, raw);
    raw.hidden = true;
  }

  /** Goes to the next or the previous error. After the last comes the first. */
  jump(by: 1 | -1): void {
    if (this.#errors.length === 0) return;
    this.#at = (this.#at + by + this.#errors.length) % this.#errors.length;
    if (this.#at < 0) this.#at = this.#errors.length - 1;
    const error = this.#errors[this.#at];
    if (error === undefined) return;
    this.#tree?.reveal(error.pointer);
    announce(`Error ${this.#at + 1} of ${this.#errors.length}: ${error.detail}`);
  }

  #makeBar(tree: Tree, raw: HTMLElement): HTMLElement {
    const bar = element('div', { class: 'bar' });
    if (this.#errors.length > 0) {
      bar.append(
        element('span', { class: 'errors-count' }, icon('bad'), errorsFound(this.#errors.length)),
        button('Next error', 'small', () => this.jump(1)),
      );
    }
    const asItCame = button('As it came', 'small quiet', () => {
      raw.hidden = !raw.hidden;
      tree.element.hidden = !raw.hidden;
      asItCame.setAttribute('aria-pressed', String(!raw.hidden));
    });
    asItCame.setAttribute('aria-pressed', 'false');
    bar.append(
      element('span', { class: 'space' }),
      button('Unfold', 'small quiet', () => tree.setAllOpen(true)),
      button('Fold', 'small quiet', () => tree.setAllOpen(false)),
      asItCame,
    );
    return bar;
  }
}

/** The inspector looks for no more than these. */
const mostErrors = 100;

function errorsFound(number: number): string {
  return number < mostErrors ? counted(number, 'schema error') : `first ${mostErrors} schema errors`;
}

function rawView(text: string): HTMLElement {
  const shown = element('pre', { class: 'raw', tabindex: 0, 'aria-label': 'The body as it came' });
  // A line end is shown as an escape, and also ends the line.
  for (const line of text.slice(0, longestRaw).split(/(?<=\n)/)) {
    shown.append(untrusted(line), line.endsWith('\n') ? '\n' : '');
  }
  if (text.length > longestRaw) shown.append(`… ${counted(text.length - longestRaw, 'more character')}`);
  return shown;
}
