import { badOption, requireText } from './option-checks';
import { tellsApart } from './tells-apart';

/**
 * Requires a text that tells services apart, such as `crm-sync`. What a template makes of a variable that is not set is the same
 * in all of them, and each would take the deliveries of the others for its own.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function requireNamespace(path: string, value: unknown): string {
  const text = requireText(path, value);
  if (tellsApart(text)) return text;
  throw badOption(path, 'a name of the service, such as "crm-sync"', value, `It is "${text}": is a variable not set?`);
}
