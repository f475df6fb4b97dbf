import { getWebhooks } from './webhooks';

// The Edge runtime has no node:crypto.
export const runtime = 'nodejs';

export async function POST(request: Request): Promise<Response> {
  const reply = await getWebhooks().receive({ headers: request.headers, body: await request.arrayBuffer() });
  return new Response(reply.body, reply);
}
