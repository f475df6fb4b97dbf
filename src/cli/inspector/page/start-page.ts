import { visibleText } from '../../visible-text';
import type { DeliverySummary, InspectorState, NewDelivery } from '../wire';
import { readAddress, writeAddress } from './address';
import { announceNews } from './announce';
import { client } from './client';
import { copyButton } from './copy-button';
import { Deliveries, eventName } from './deliveries';
import { DeliveryList } from './delivery-list';
import { DetailPane } from './detail-pane';
import { button, byId, element } from './dom';
import { Filters } from './filters';
import { followDeliveries } from './follow-deliveries';
import { count, counted } from './format';
import { listenToKeys } from './listen-to-keys';
import { makeHelp } from './make-help';
import { labelOf } from './outcome';
import { ReplayDialog } from './replay-dialog';

/** From this width, list and detail are side by side; below it, the detail covers the list. As in the style sheet. */
const wide = matchMedia('(min-width: 821px)');

/** How long a selection must rest before it is fetched, in milliseconds: a held arrow key passes hundreds. */
const restMs = 80;

/** Joins the parts of the page. */
export function startPage(state: InspectorState): void {
  const deliveries = new Deliveries(state.deliveries);
  const filters = new Filters((filter) => {
    deliveries.filter(filter);
    list.show(deliveries.listed, false);
    showCount();
    keepAddress();
  });
  const list = new DeliveryList({
    select: () => {
      keepAddress();
      showAfterRest();
    },
    open: (id) => open(id, false),
  });
  const detail = new DetailPane({
    open: (id) => open(id, true),
    close: back,
    replay: (id, edit) => void replay.open(id, edit),
  });
  const replay = new ReplayDialog({
    url: state.forward ?? state.receiver,
    canSign: state.checksSignatures,
    done: (id) => {
      if (detail.id === id) void detail.show(id, 'app');
    },
    closed: () => {
      if (!isLost(document.activeElement)) return;
      if (document.body.classList.contains('reading')) detail.focus();
      else list.focus();
    },
  });
  const help = makeHelp();
  let resting: ReturnType<typeof setTimeout> | undefined;
  /** How many came while the list was scrolled down. */
  let unseen = 0;

  function keepAddress(): void {
    writeAddress({ id: list.selected, ...filters.kept });
  }

  /** On a wide page something is always selected, once something came. */
  function selectFirst(): void {
    if (wide.matches && list.selected === undefined && deliveries.listed.length > 0) list.move(0);
  }

  function showUnseen(come: number): void {
    unseen = list.isAtTop ? 0 : unseen + come;
    const newer = byId('newer');
    newer.hidden = unseen === 0;
    newer.textContent = `↑ ${count(unseen)} new`;
  }

  function showAfterRest(): void {
    if (!wide.matches) return;
    clearTimeout(resting);
    resting = setTimeout(showSelected, restMs);
  }

  /** Ends the rest: what is selected is fetched. */
  function showSelected(): void {
    endRest();
    if (list.selected !== undefined) void detail.show(list.selected);
  }

  function endRest(): void {
    clearTimeout(resting);
    resting = undefined;
  }

  /** The delivery that a key is for: the one selected last, not the one that was in view before. */
  function chosen(): DetailPane {
    const isInView = wide.matches || document.body.classList.contains('reading');
    if (resting !== undefined || !isInView) showSelected();
    return detail;
  }

  function open(id: number, inDetail: boolean): void {
    if (inDetail) list.select(id);
    endRest();
    document.body.classList.add('reading');
    void detail.show(id).then(() => {
      // After a click on a wide page, the keyboard stays with the list.
      if (inDetail || !wide.matches) detail.focus();
    });
  }

  function back(): void {
    if (document.activeElement?.id === 'search' || (isInList() && !filters.isOpen)) filters.clear();
    document.body.classList.remove('reading');
    list.focus();
  }

  function openSelected(): void {
    if (list.selected !== undefined) open(list.selected, true);
  }

  function showCount(): void {
    const { listed, all } = deliveries;
    const shown =
      listed.length === all.length
        ? counted(all.length, 'delivery', 'deliveries')
        : `${count(listed.length)} of ${count(all.length)}`;
    byId('count').textContent = all.length === state.mostDeliveries ? `${shown} (older ones were dropped)` : shown;
    const empty = byId('empty');
    empty.hidden = listed.length > 0;
    if (listed.length === 0)
      empty.replaceChildren(...(all.length === 0 ? welcome(state) : nothingFound(() => filters.clear())));
  }

  function take(come: readonly NewDelivery[]): void {
    const fresh = deliveries.add(come);
    const wasAtTop = list.isAtTop;
    filters.count(deliveries.all);
    if (!filters.isOpen) filters.searchPayloads();
    list.show(deliveries.listed, !wasAtTop);
    showUnseen(fresh.length);
    showCount();
    selectFirst();
    const latest = fresh.at(-1);
    if (latest !== undefined) announceNews(newsOf(fresh.length, latest));
  }

  listenToKeys({
    move: (by) => {
      list.move(by);
      if (!document.body.classList.contains('reading') || wide.matches) list.focus();
      else if (list.selected !== undefined) open(list.selected, false);
    },
    page: () => list.pageRows,
    open: openSelected,
    back,
    search: () => {
      document.body.classList.remove('reading');
      filters.focus();
    },
    replay: (edit) => {
      const { id } = chosen();
      if (id !== undefined) void replay.open(id, edit);
    },
    help: () => help.showModal(),
    newest: () => list.move(Number.NEGATIVE_INFINITY),
    jump: (by) => void chosen().jump(by),
    tab: (number) => void chosen().openTab(number),
  });
  byId('list').addEventListener('scroll', () => list.isAtTop && showUnseen(0), { passive: true });
  byId('newer').addEventListener('click', () => {
    list.toTop();
    list.focus();
  });

  showStart(state);
  const kept = readAddress();
  filters.count(deliveries.all);
  filters.restore(kept);
  list.show(deliveries.listed, false);
  showCount();
  if (kept.id !== undefined) list.select(kept.id);
  selectFirst();
  list.focus();
  followDeliveries({ after: deliveries.latest, run: state.run }, take);
}

/** Whether the browser could not give the keyboard back after a dialog, since its former place was redrawn. */
function isLost(active: Element | null): boolean {
  return active === null || active === document.body || active.closest('dialog') !== null;
}

function isInList(): boolean {
  return document.activeElement?.id === 'list';
}

function showStart({ receiver, forward, checksSignatures }: InspectorState): void {
  byId('receiver').textContent = receiver;
  byId('copy-receiver').replaceWith(copyButton(() => receiver, 'Copy', 'quiet small'));
  if (forward !== undefined) {
    const shown = byId('forward');
    shown.hidden = false;
    shown.replaceChildren('sends on to ', element('code', {}, forward));
  }
  const notice = byId('notice');
  notice.hidden = checksSignatures;
  notice.textContent = 'Signatures are not checked: listen was started with --no-verify.';
}

function newsOf(come: number, latest: DeliverySummary): string {
  const what = `${visibleText(eventName(latest))}, ${labelOf(latest.outcome)}`;
  return come === 1 ? `New delivery: ${what}` : `${count(come)} new deliveries, the latest ${what}`;
}

function welcome({ receiver, checksSignatures }: InspectorState): readonly HTMLElement[] {
  const failed = element('p', { class: 'remark', role: 'status' });
  const send = button('Send an example', 'primary', () => {
    client.sendExample().catch((error: unknown) => failed.replaceChildren((error as Error).message));
  });
  const signed = checksSignatures ? 'Deliveries have to be signed with the secret that listen uses.' : undefined;
  return [
    element('h2', {}, 'Waiting for the first delivery'),
    element('p', {}, send),
    failed,
    element('p', {}, 'Or send the examples from another terminal, or point your tunnel at the receiver:'),
    element('pre', {}, `npx bigmind-webhooks send --all --url ${receiver}`),
    copyButton(() => `npx bigmind-webhooks send --all --url ${receiver}`),
    ...(signed === undefined ? [] : [element('p', {}, signed)]),
  ];
}

function nothingFound(clear: () => void): readonly HTMLElement[] {
  return [element('h2', {}, 'Nothing matches'), element('p', {}, button('Clear the filter', 'small', clear))];
}
