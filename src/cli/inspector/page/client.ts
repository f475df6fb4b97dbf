import type { AppAnswer, AttemptsDiff, CheckedPayload, DeliveryDetail, InspectorState } from '../wire';

/** Requests to the inspector. All addresses are relative to the page's own, which holds the token. */
export const client = {
  state: () => get<InspectorState>('api/state'),
  /** Ids of the deliveries whose headers, key or payload contain a text, in any case. */
  search: (text: string) => get<readonly number[]>(`api/search?text=${encodeURIComponent(text)}`),
  /** With `all`, a large body is read, too. */
  async detail(id: number, all = false): Promise<DeliveryDetail> {
    if (!all) return get(`api/deliveries/${id}`);
    // As it came, not as a text in JSON: that would take long to write and to parse.
    const [detail, text] = await Promise.all([
      get<DeliveryDetail>(`api/deliveries/${id}?all`),
      getText(`api/deliveries/${id}/body`),
    ]);
    return detail.text === undefined ? detail : { ...detail, text };
  },
  /** What changed from another delivery to this one. */
  diff: (id: number, other: number) => get<AttemptsDiff>(`api/deliveries/${id}/diff?with=${other}`),
  savedLine: (id: number) => getText(`api/deliveries/${id}/saved`),
  curl: (id: number) => getText(`api/deliveries/${id}/curl`),
  /** Lets the inspector send a signed example to the receiver. */
  async sendExample(): Promise<void> {
    await post('api/example', {});
  },
  /** What is wrong with a payload. */
  check: async (text: string) => (await (await post('api/check', { text })).json()) as CheckedPayload,
  replay: async (id: number, asked: AskedReplay) =>
    (await (await post(`api/deliveries/${id}/replay`, asked)).json()) as AppAnswer,
};

interface AskedReplay {
  readonly url: string;
  /** Other bytes to send; absent for those that came. */
  readonly text: string | undefined;
  readonly sign: boolean;
}

function post(path: string, value: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return ask(path, { method: 'POST', headers, body: JSON.stringify(value) });
}

async function get<T>(path: string): Promise<T> {
  return (await (await ask(path)).json()) as T;
}

async function getText(path: string): Promise<string> {
  return await (await ask(path)).text();
}

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(path, { ...init, credentials: 'omit', redirect: 'error' });
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer;
}
