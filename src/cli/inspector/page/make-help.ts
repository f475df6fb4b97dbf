import { button, byId, element } from './dom';

const keys: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['↓', 'j'], 'Next delivery'],
  [['↑', 'k'], 'Previous delivery'],
  [['Enter'], 'Open it'],
  [['Esc'], 'Back to the list; clear the search'],
  [['/'], 'Search'],
  [['r'], 'Replay'],
  [['e'], 'Edit and send again'],
  [['n', 'p'], 'Next, previous schema error'],
  [['1', '…', '5'], 'Payload, Signature, App, Headers, Attempts'],
  [['←', '→'], 'Fold and unfold in the payload'],
  [['g'], 'Newest delivery'],
  [['?'], 'This help'],
];

/** What the keys do. */
export function makeHelp(): HTMLDialogElement {
  const dialog = byId('help') as HTMLDialogElement;
  dialog.append(
    element('h2', { id: 'help-title' }, 'Shortcuts'),
    element(
      'dl',
      { class: 'keys' },
      ...keys.flatMap(([names, what]) => [
        element('dt', {}, ...names.map((name) => (name === '…' ? '…' : element('kbd', {}, name)))),
        element('dd', {}, what),
      ]),
    ),
    element(
      'p',
      { class: 'actions' },
      button('Close', 'primary', () => dialog.close()),
    ),
  );
  byId('open-help').addEventListener('click', () => dialog.showModal());
  return dialog;
}
