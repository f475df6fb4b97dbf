import { announce } from './announce';
import { button } from './dom';

/** How long a button says “Copied”, in milliseconds. */
const shownMs = 1500;

/** A button that copies text, and first fetches it if needed. */
export function copyButton(
  text: () => string | Promise<string>,
  label = 'Copy',
  className = 'small',
): HTMLButtonElement {
  const made = button(label, className, () => void copy());
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(await text());
      made.textContent = 'Copied';
      announce('Copied');
    } catch {
      made.textContent = 'Not copied';
      announce('The browser did not allow copying');
    }
    setTimeout(() => (made.textContent = label), shownMs);
  }
  return made;
}
