import { announce } from './announce';
import { client } from './client';
import { button, byId, element } from './dom';
import { answerView } from './facts';

/** Asks where to send a delivery again, and shows the answer. */
export class ReplayDialog {
  readonly #dialog = byId('replay') as HTMLDialogElement;
  readonly #url = element('input', {
    type: 'url',
    id: 'replay-url',
    required: true,
    autocomplete: 'off',
    spellcheck: 'false',
  });
  readonly #send = element('button', { type: 'submit', class: 'primary' }, 'Send');
  readonly #result = element('div', { class: 'result', role: 'status' });
  readonly #done: (id: number) => void;
  #id = 0;

  /**
   * @param url the suggested address
   * @param done called when a delivery was sent, and so has changed
   * @param closed called when the dialog closes
   */
  constructor(url: string, done: (id: number) => void, closed: () => void) {
    this.#done = done;
    this.#url.value = url;
    const form = element(
      'form',
      {},
      element('h2', { id: 'replay-title' }, 'Replay'),
      element('p', { class: 'remark' }, 'Sends the same bytes and headers once more, from this machine.'),
      element('label', { for: 'replay-url' }, 'Address'),
      this.#url,
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

  open(id: number): void {
    this.#id = id;
    this.#result.replaceChildren();
    this.#dialog.showModal();
    this.#url.focus();
    this.#url.select();
  }

  async #replay(): Promise<void> {
    const id = this.#id;
    this.#send.disabled = true;
    this.#result.replaceChildren(element('p', { class: 'remark' }, 'Sending…'));
    try {
      const answer = await client.replay(id, this.#url.value);
      this.#result.replaceChildren(answerView(answer));
      announce(answer.status === undefined ? 'No answer' : `Answered ${answer.status}`);
      this.#done(id);
    } catch (error) {
      this.#result.replaceChildren(element('p', { class: 'reason' }, (error as Error).message));
    }
    this.#send.disabled = false;
    this.#url.focus();
  }
}
