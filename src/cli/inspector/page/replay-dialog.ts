import { announce } from './announce';
import { client } from './client';
import { button, byId, element } from './dom';
import { answerView } from './facts';
import { PayloadEditor } from './payload-editor';

interface ReplayOptions {
  /** The suggested address. */
  readonly url: string;
  /** Whether `listen` has a secret to sign with. */
  readonly canSign: boolean;
  /** Called when a delivery was sent, and so has changed. */
  readonly done: (id: number) => void;
  /** Called when the dialog closes. */
  readonly closed: () => void;
}

/** Asks where to send a delivery again, and with which bytes, and shows the answer. */
export class ReplayDialog {
  readonly #dialog = byId('replay') as HTMLDialogElement;
  readonly #url = element('input', {
    type: 'url',
    id: 'replay-url',
    required: true,
    autocomplete: 'off',
    spellcheck: 'false',
  });
  /** Names the delivery. */
  readonly #title = element('h2', { id: 'replay-title' });
  readonly #editor = new PayloadEditor(() => this.#signIfEdited());
  readonly #sign = element('input', { type: 'checkbox', id: 'replay-sign' });
  readonly #send = element('button', { type: 'submit', class: 'primary' }, 'Send');
  readonly #result = element('div', { class: 'result', role: 'status' });
  readonly #done: (id: number) => void;
  /** Whether the user has said whether to sign. */
  #isSaid = false;
  #id = 0;
  /** Counts the times it was opened: an answer may come after the delivery has changed. */
  #opened = 0;

  constructor({ url, canSign, done, closed }: ReplayOptions) {
    this.#done = done;
    this.#url.value = url;
    this.#sign.disabled = !canSign;
    this.#sign.addEventListener('change', () => (this.#isSaid = true));
    const signing = canSign ? 'Sign again, with the secret of listen' : 'Sign again (listen has no secret)';
    const form = element(
      'form',
      {},
      this.#title,
      element(
        'p',
        { class: 'remark' },
        'Sends the delivery once more, from this machine: as it came, unless you edit it.',
      ),
      element('label', { for: 'replay-url' }, 'Address'),
      this.#url,
      this.#editor.element,
      element('p', { class: 'choice' }, this.#sign, element('label', { for: 'replay-sign' }, signing)),
      element(
        'p',
        { class: 'actions' },
        this.#send,
        button('Close', 'quiet', () => this.#dialog.close()),
      ),
      this.#result,
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#replay();
    });
    this.#dialog.addEventListener('close', closed);
    this.#dialog.append(form);
  }

  /** Opens it for a delivery; with `edit`, at its payload. */
  async open(id: number, edit = false): Promise<void> {
    this.#id = id;
    this.#opened += 1;
    const opened = this.#opened;
    this.#title.textContent = `Replay #${id}`;
    this.#isSaid = false;
    this.#sign.checked = false;
    this.#result.replaceChildren();
    this.#editor.element.open = edit;
    this.#editor.clear();
    this.#send.disabled = true;
    this.#dialog.showModal();
    this.#url.focus();
    this.#url.select();
    try {
      const { text, isLeft } = await client.detail(id);
      if (this.#opened !== opened || !this.#dialog.open) return;
      this.#editor.show(text, isLeft);
      if (edit) this.#editor.open();
    } catch (error) {
      if (this.#opened !== opened) return;
      this.#fail(error);
    }
    this.#send.disabled = false;
  }

  /** The old signature does not fit other bytes. */
  #signIfEdited(): void {
    if (!this.#isSaid && !this.#sign.disabled) this.#sign.checked = this.#editor.changed !== undefined;
  }

  async #replay(): Promise<void> {
    const id = this.#id;
    const opened = this.#opened;
    const hadFocus = document.activeElement === this.#send;
    this.#send.disabled = true;
    this.#result.replaceChildren(element('p', { class: 'remark' }, 'Sending…'));
    try {
      const url = this.#url.value;
      const answer = await client.replay(id, { url, text: this.#editor.changed, sign: this.#sign.checked });
      this.#done(id);
      if (this.#opened !== opened) return;
      this.#result.replaceChildren(answerView(answer));
      announce(answer.status === undefined ? 'No answer' : `Answered ${answer.status}`);
    } catch (error) {
      if (this.#opened !== opened) return;
      this.#fail(error);
    }
    this.#send.disabled = false;
    if (hadFocus) this.#send.focus();
  }

  #fail(error: unknown): void {
    this.#result.replaceChildren(element('p', { class: 'reason' }, (error as Error).message));
  }
}
