import type { DeliveryDetail, PlacedError } from '../wire';
import { announce } from './announce';
import { copyButton } from './copy-button';
import { button, element } from './dom';
import { counted, size } from './format';
import { icon } from './outcome';
import { rawView } from './raw-view';
import { Tree } from './tree';

/** Shows the payload as a tree or as it came, and goes from error to error. */
export class PayloadView {
  readonly element = element('div', { class: 'payload' });
  readonly #tree: Tree | undefined;
  readonly #errors: readonly PlacedError[];
  #at = -1;

  /** @param readAll reads a large body all the same */
  constructor({ text, bytes, schemaErrors, broken, isLeft }: DeliveryDetail, readAll: () => void) {
    this.#errors = schemaErrors;
    if (text === undefined) {
      this.element.append(element('p', { class: 'remark' }, `${size(bytes)} that are not UTF-8 text.`));
      return;
    }
    if (text === '' || isLeft || broken !== undefined) {
      this.element.append(remarkOn(text, broken, isLeft), isLeft ? button('Read all of it', 'small', readAll) : '');
      if (text !== '') this.element.append(rawView(text, broken));
      return;
    }
    this.#tree = new Tree(text, schemaErrors);
    this.element.classList.add('with-tools');
    this.element.append(this.#makeTools(this.#tree, text), this.#tree.element);
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

  #makeTools(tree: Tree, text: string): HTMLElement {
    const tools = element('div', { class: 'bar tools', role: 'group', 'aria-label': 'Tools for the payload' });
    if (this.#errors.length > 0) {
      tools.append(
        element('span', { class: 'errors-count' }, icon('bad'), errorsFound(this.#errors.length)),
        button('Next error', 'small', () => this.jump(1)),
      );
    }
    let raw: HTMLElement | undefined;
    const asItCame = button('As it came', 'small quiet', () => {
      // Made when it is first asked for: a long body costs its time then alone.
      if (raw === undefined) {
        raw = rawView(text);
        raw.hidden = true;
        this.element.append(raw);
      }
      raw.hidden = !raw.hidden;
      tree.element.hidden = !raw.hidden;
      asItCame.setAttribute('aria-pressed', String(!raw.hidden));
    });
    asItCame.setAttribute('aria-pressed', 'false');
    tools.append(
      button('Unfold', 'small quiet', () => tree.setAllOpen(true)),
      button('Fold', 'small quiet', () => tree.setAllOpen(false)),
      copyButton(() => tree.current.copied, 'Copy value', 'small quiet'),
      copyButton(() => tree.current.path, 'Copy path', 'small quiet'),
      asItCame,
    );
    return tools;
  }
}

function remarkOn(text: string, broken: DeliveryDetail['broken'], isLeft: true | undefined): HTMLElement {
  if (text === '') return element('p', { class: 'remark' }, 'The body is empty.');
  if (isLeft)
    return element('p', { class: 'remark' }, 'The body is large. It was not read, so that nothing waits for it.');
  const { line, column, expected } = broken ?? { line: 1, column: 1, expected: 'JSON' };
  return element(
    'p',
    { class: 'remark' },
    'The body is not JSON. ',
    element('strong', {}, `Line ${line}, column ${column}`),
    `: expected ${expected}.`,
  );
}

/** The inspector looks for no more than these. */
const mostErrors = 100;

function errorsFound(number: number): string {
  return number < mostErrors ? counted(number, 'schema error') : `first ${mostErrors} schema errors`;
}
