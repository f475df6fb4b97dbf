import { badOption, requireText } from './option-checks';
import { tellsApart } from './tells-apart';

/**
 * Requires a text that tells services apart, such as `crm-sync`. A template with an unset variable gives all of them
 * the same text, and each would take the deliveries of the others for its own.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function requireNamespace(path: string, value: unknown): string {
  const text = requireText(path, value);
  if (tellsApart(text)) return text;
  throw badOption(path, 'a name of the service, such as "crm-sync"', value, `It is "${text}": is a variable not set?`);
}
