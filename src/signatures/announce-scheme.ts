import type { Logger } from '../foundations/contracts/logger';
import type { Settled } from '../foundations/delivery';
import { printableTenant } from '../foundations/foreign-text';
import type { Outcome } from '../foundations/outcomes';
import { logSafely } from '../foundations/tell';
import type { SignaturePolicy } from './policy';
import { FoundMatch } from './readings/found-match';

/** How many tenants' schemes are remembered. Beyond it, the oldest is forgotten and may be announced again. */
const mostTenants = 1000;

/**
 * Logs the line of configuration that pins the scheme that `auto` found, once for each tenant and after each change.
 * With a pinned scheme, a stolen signature of another form is useless. `undefined` if there is nothing new to log.
 */
export function announceScheme(logger: Logger): SignaturePolicy['announcementOf'] {
  const announced = new Map<string | undefined, string>();
  // Not inside `announcementOf`: it waits for the outcome, and must not hold the delivery.
  function announcement(tenant: string | undefined, pin: string): () => void {
    return () => {
      if (announced.get(tenant) === pin) return;
      const isChange = announced.delete(tenant);
      if (announced.size >= mostTenants) announced.delete(announced.keys().next().value);
      announced.set(tenant, pin);
      const fields = { ...(tenant !== undefined && { tenant: printableTenant(tenant) }), pin };
      if (isChange)
        logSafely(logger, 'warn', fields, `Signature scheme changed. If the sender changed it, pin it: ${pin}`);
      else logSafely(logger, 'info', fields, `Signature scheme found. To pin it: ${pin}`);
    };
  }
  return function announcementOf({ raw, tenant }, match) {
    if (!(match instanceof FoundMatch) || isOurTool(raw.headers['user-agent'])) return undefined;
    const { pin } = match;
    return announced.get(tenant) === pin ? undefined : announcement(tenant, pin);
  };
}

/**
 * Whether a delivery came before, or may have. A replay under another header's name must not advise to pin that one.
 */
export function mayBeCopy({ outcome, details: { joined = false, attempt = 1 } }: Settled): boolean {
  return copies.has(outcome) || joined || attempt > 1;
}

const copies: ReadonlySet<string> = new Set<Outcome>(['duplicate', 'in-progress', 'timeout', 'unavailable']);

/** Whether this package sent the delivery. Its test deliveries say nothing about the vendor's scheme. */
function isOurTool(userAgent: string | undefined): boolean {
  return userAgent?.startsWith('bigmind-webhooks/') ?? false;
}
