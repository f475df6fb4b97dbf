import { WebhookError } from '../../foundations/errors';

/** The module @opentelemetry/api. Its types stay inside, so that users compile without it. */
export type Api = typeof import('@opentelemetry/api');

/**
 * The API of OpenTelemetry, an optional peer. A plain `require`, since bundlers have to follow it.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function loadApi(): Api {
  let api: Partial<Api>;
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would fail where the peer is missing
    api = require('@opentelemetry/api') as Api;
  } catch (cause) {
    const remedy = 'Install it: npm install @opentelemetry/api.';
    throw new WebhookError('BAD_OPTION', `openTelemetry: @opentelemetry/api could not be loaded. ${remedy}`, { cause });
  }
  if (api.metrics === undefined || api.createTraceState === undefined) {
    throw new WebhookError('BAD_OPTION', 'openTelemetry: @opentelemetry/api 1.3 or later is needed.');
  }
  return api;
}
