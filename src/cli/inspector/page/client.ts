import type { AppAnswer, DeliveryDetail, InspectorState } from '../wire';

/** Requests to the inspector. All addresses are relative to the page's own, which holds the token. */
export const client = {
  state: () => get<InspectorState>('api/state'),
  /** Ids of the deliveries whose headers, key or payload contain a text, in any case. */
  search: (text: string) => get<readonly number[]>(`api/search?text=${encodeURIComponent(text)}`),
  detail: (id: number) => get<DeliveryDetail>(`api/deliveries/${id}`),
  savedLine: (id: number) => getText(`api/deliveries/${id}/saved`),
  curl: (id: number) => getText(`api/deliveries/${id}/curl`),
  /** Lets the inspector send a signed example to the receiver. */
  async sendExample(): Promise<void> {
    await ask('api/example', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  },
  async replay(id: number, url: string): Promise<AppAnswer> {
    const headers = { 'content-type': 'application/json' };
    const answer = await ask(`api/deliveries/${id}/replay`, { method: 'POST', headers, body: JSON.stringify({ url }) });
    return (await answer.json()) as AppAnswer;
  },
};

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
