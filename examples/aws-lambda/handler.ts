import { webhooks } from './webhooks';

/** The part that is read of an event of a function URL or an API Gateway HTTP API (payload format 2.0). */
export interface HttpEvent {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string | undefined;
  readonly isBase64Encoded: boolean;
  readonly pathParameters?: Readonly<Record<string, string | undefined>> | undefined;
  readonly requestContext: { readonly http: { readonly method: string } };
}

export interface HttpResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export async function handler(event: HttpEvent): Promise<HttpResult> {
  const { body = '', isBase64Encoded, headers, pathParameters, requestContext } = event;
  const reply = await webhooks.receive({
    method: requestContext.http.method,
    headers,
    // The bytes as they were sent: anything that parses and writes them anew breaks the signature.
    body: isBase64Encoded ? Buffer.from(body, 'base64') : body,
    params: pathParameters,
  });
  return { statusCode: reply.status, headers: reply.headers, body: reply.body };
}
