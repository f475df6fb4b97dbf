import { indentJson } from '../../indent-json';
import { isAccepted } from '../../is-accepted';
import { visibleText } from '../../visible-text';
import type { AppAnswer, DeliveryDetail } from '../wire';
import { element, untrusted } from './dom';
import { duration, exact } from './format';
import { icon } from './outcome';
import { showParts } from './text-parts';

/** The request line and the headers, as they came. */
export function headersView({ method, url, headers }: DeliveryDetail): HTMLElement {
  const rows = headers.map(([name, value]) =>
    element('tr', {}, element('th', { scope: 'row' }, untrusted(name)), element('td', {}, untrusted(value))),
  );
  return element(
    'div',
    {},
    element('p', { class: 'request-line' }, element('code', {}, untrusted(`${method} ${url}`))),
    element(
      'table',
      { class: 'headers' },
      element('caption', { class: 'hidden' }, 'Headers'),
      element('tbody', {}, ...rows),
    ),
  );
}

/** The app's answers, to the forwarded delivery and to its replays. */
export function appView({ app, replays }: DeliveryDetail): HTMLElement {
  const view = element('div', {});
  if (app !== undefined) view.append(element('h3', {}, 'Forwarded'), answerView(app));
  const [latest, ...earlier] = replays.toReversed();
  if (latest !== undefined) view.append(element('h3', {}, 'Replayed'), answerView(latest));
  view.append(...earlier.map(foldedAnswer));
  if (app === undefined && replays.length === 0) {
    view.append(
      element(
        'p',
        { class: 'remark' },
        'Sent to no app. Start listen with --forward <url> to send each delivery on, or replay this one.',
      ),
    );
  }
  return view;
}

/** An earlier answer: its text is made when somebody unfolds it. */
function foldedAnswer(answer: AppAnswer): HTMLElement {
  const { status, ms } = answer;
  const title = status === undefined ? 'No answer' : `Answered ${status}`;
  const folded = element('details', { class: 'earlier' }, element('summary', {}, `${title} after ${duration(ms)}`));
  folded.addEventListener('toggle', () => folded.append(answerView(answer)), { once: true });
  return folded;
}

/** An app's answer, or why there was none. */
export function answerView(answer: AppAnswer): HTMLElement {
  const { url, ms, times, status, contentType, text, error, edited, signedAgain, schemeIsGuessed } = answer;
  const tone = isAccepted(status) ? 'good' : 'bad';
  const sent = [edited && 'edited', signedAgain && 'signed again'].filter((word) => typeof word === 'string');
  return element(
    'div',
    { class: 'answer' },
    element(
      'p',
      { class: `verdict ${tone}` },
      icon(tone),
      element(
        'span',
        {},
        element('strong', {}, status === undefined ? 'No answer' : `Answered ${status}`),
        ` after ${duration(ms)} from `,
        element('code', {}, untrusted(url)),
      ),
    ),
    sent.length === 0 ? undefined : element('p', { class: 'remark' }, `Sent ${sent.join(' and ')}.`),
    schemeIsGuessed && element('p', { class: 'remark' }, guessed),
    error === undefined ? undefined : element('p', { class: 'remark' }, untrusted(error)),
    times &&
      element(
        'p',
        { class: 'remark' },
        `Connecting ${exact(times.connecting)}, waiting ${exact(times.waiting)}, reading ${exact(times.reading)}.`,
      ),
    contentType === undefined ? undefined : element('p', { class: 'remark' }, untrusted(contentType)),
    text ? answerText(indentJson(text)) : undefined,
  );
}

const guessed = 'Signed as hmac: what came has no signature of the secret of listen, so its scheme is not known.';

/** Line ends stay; in JSON that was indented they are ours. */
function answerText(text: string): HTMLElement {
  const shown = element('pre', { class: 'raw', tabindex: 0, 'aria-label': 'The answer' });
  const lines = (from: number, to: number) => text.slice(from, to).split('\n').map(visibleText).join('\n');
  showParts(shown, { length: text.length, make: (from, to) => document.createTextNode(lines(from, to)) });
  return shown;
}
