import type { AttemptsDiff } from '../wire';
import { element, untrusted } from './dom';

interface Changed {
  readonly name: string;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** What changed between two attempts: headers, then values of the body. */
export function diffView({ headers, body, values, isAll }: AttemptsDiff): HTMLElement {
  const view = element('div', { class: 'diff' });
  if (headers.length > 0) view.append(table('Headers', headers));
  else view.append(element('p', { class: 'remark' }, 'The headers are the same.'));
  if (body === 'json' && values.length > 0) {
    view.append(
      table(
        'Values of the body',
        values.map(({ pointer, ...sides }) => ({ name: pointer || '(all)', ...sides })),
      ),
    );
  } else view.append(element('p', { class: 'remark' }, bodies[body]));
  if (!isAll) view.append(element('p', { class: 'remark' }, 'There may be more: the list ends here.'));
  return view;
}

const bodies: Readonly<Record<AttemptsDiff['body'], string>> = {
  same: 'The bodies are the same, byte for byte.',
  json: 'The bodies have the same values, and are written differently.',
  bytes: 'The bodies differ. They are not both JSON, or too large to compare by value.',
};

function table(caption: string, changes: readonly Changed[]): HTMLElement {
  const rows = changes.map(({ name, before, after }) =>
    element('tr', {}, element('th', { scope: 'row' }, untrusted(name)), cell(before), cell(after)),
  );
  const head = ['Name', 'Before', 'After'].map((title) => element('th', { scope: 'col' }, title));
  return element(
    'table',
    { class: 'headers' },
    element('caption', {}, caption),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...rows),
  );
}

function cell(value: string | undefined): HTMLElement {
  return element('td', {}, value === undefined ? element('i', { class: 'none' }, 'none') : untrusted(value));
}
