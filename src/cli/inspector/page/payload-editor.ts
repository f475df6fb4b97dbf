import { isRecord } from '../../../foundations/is-record';
import { indentJson } from '../../indent-json';
import { jsonIn } from '../../json-in';
import { spanOf } from '../../json-span';
import { freshTimestamp } from '../../sending/fresh-timestamp';
import type { CheckedPayload, PlacedText } from '../wire';
import { client } from './client';
import { button, element, untrusted } from './dom';
import { counted } from './format';
import { icon } from './outcome';

/** The longest payload that can be edited, in characters. A text field with a longer one holds up the page. */
const longestEdited = 100_000;

/** How long to wait after a letter before the text is checked, in milliseconds. */
const pauseMs = 250;

/** A text field with a payload, and what is wrong with it as one types. */
export class PayloadEditor {
  readonly element = element('details', { class: 'editor' });
  readonly #text = element('textarea', {
    id: 'replay-text',
    rows: 12,
    spellcheck: 'false',
    autocomplete: 'off',
    autocapitalize: 'off',
  });
  readonly #checked = element('div', { class: 'checked', role: 'status' });
  readonly #body = element('div', {});
  readonly #edited: () => void;
  /** The text that came, with the line ends of a text field. */
  #came = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  /** @param edited called at each change */
  constructor(edited: () => void) {
    this.#edited = edited;
    this.#text.addEventListener('input', () => this.#changed());
    this.#body.append(
      element(
        'div',
        { class: 'bar' },
        element('label', { for: 'replay-text' }, 'Payload'),
        element('span', { class: 'space' }),
        button('New timestamp', 'small quiet', () => this.#renew()),
        button('Indent', 'small quiet', () => this.#write(indentJson(this.#text.value))),
        button('As it came', 'small quiet', () => this.#write(this.#came)),
      ),
      this.#text,
      this.#checked,
    );
  }

  /** The text, if it is not the one that came. */
  get changed(): string | undefined {
    return this.#text.value === this.#came ? undefined : this.#text.value;
  }

  /** Forgets the text, and shows nothing. */
  clear(): void {
    this.#asked += 1;
    clearTimeout(this.#timer);
    this.#text.value = '';
    this.#came = '';
    this.#checked.replaceChildren();
    this.element.replaceChildren();
  }

  /**
   * @param text the body; `undefined` if it is not text
   * @param isLeft whether it is only the beginning of a large one
   */
  show(text: string | undefined, isLeft?: true): void {
    this.clear();
    const isShort = text !== undefined && !isLeft && text.length <= longestEdited;
    this.#text.value = isShort ? text : '';
    this.#came = this.#text.value;
    const why = text === undefined ? 'is not UTF-8 text' : 'is too large for that';
    const remark = element('p', { class: 'remark' }, `The body ${why}: it is sent as it came.`);
    this.element.replaceChildren(element('summary', {}, 'Edit the payload'), isShort ? this.#body : remark);
    if (isShort) void this.#check();
  }

  /** Unfolds it and goes there. */
  open(): void {
    this.element.open = true;
    (this.#text.isConnected ? this.#text : this.element.querySelector('summary'))?.focus();
    this.#text.setSelectionRange(0, 0);
    this.#text.scrollTop = 0;
  }

  /** Gives the payload a new `timestamp`, and leaves every other character as it is. */
  #renew(): void {
    const text = this.#text.value;
    const timestamp = JSON.stringify(freshTimestamp());
    const payload = jsonIn(text)?.value;
    if (!isRecord(payload)) return;
    const span = spanOf(text, '/timestamp');
    if (span !== undefined) this.#write(text.slice(0, span.start) + timestamp + text.slice(span.end));
    else {
      const more = Object.keys(payload).length === 0 ? '' : ', ';
      this.#write(text.replace('{', () => `{"timestamp": ${timestamp}${more}`));
    }
  }

  #write(text: string): void {
    this.#text.value = text;
    this.#edited();
    clearTimeout(this.#timer);
    // The places that are shown are those of the text before.
    this.#checked.replaceChildren();
    void this.#check();
  }

  #changed(): void {
    this.#edited();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), pauseMs);
  }

  async #check(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const checked = await client.check(this.#text.value);
      if (this.#asked === asked) this.#tell(checked);
    } catch (error) {
      if (this.#asked === asked) this.#checked.replaceChildren((error as Error).message);
    }
  }

  #tell({ broken, errors, more, isLeft }: CheckedPayload): void {
    if (isLeft) {
      this.#checked.replaceChildren('It holds too much to be checked while you type.');
      return;
    }
    const found = broken === undefined ? errors : [{ ...broken, detail: `expected ${broken.expected}`, pointer: '' }];
    const isGood = found.length === 0;
    const total = counted(errors.length + (more ?? 0), 'schema error');
    const title = isGood ? 'It fits the schema of its event.' : broken === undefined ? total : 'It is not JSON.';
    const tone = isGood ? 'good' : broken === undefined ? 'bad' : 'warn';
    const items = found.map((each) => element('li', {}, this.#placeButton(each), ...wordsOf(each)));
    this.#checked.replaceChildren(
      element('p', { class: `checked-title ${tone}` }, icon(tone), title),
      ...(isGood ? [] : [element('ul', {}, ...items)]),
      ...(more === undefined ? [] : [element('p', { class: 'remark' }, `and ${counted(more, 'more error')}`)]),
    );
  }

  /** Leads to the place of an error. */
  #placeButton({ line, column, start, end }: PlacedText): HTMLElement {
    return button(`Line ${line}, column ${column}`, 'small quiet', () => {
      this.#text.focus();
      // The browser scrolls to the end of a selection that it makes by itself, which is where the error begins.
      this.#text.setSelectionRange(start, start);
      this.#text.setSelectionRange(start, end);
      const { lineHeight } = getComputedStyle(this.#text);
      this.#text.scrollTop = Math.max(0, (line - 3) * Number.parseFloat(lineHeight));
    });
  }
}

function wordsOf({ pointer, detail }: { readonly pointer: string; readonly detail: string }): readonly Node[] {
  return [
    ...(pointer === '' ? [] : [element('code', {}, untrusted(pointer))]),
    element('span', {}, untrusted(` ${detail}`)),
  ];
}
