import type { Logger } from '../foundations/contracts/logger';
import type { SignatureMatch } from '../foundations/contracts/signature-scheme';
import type { VerifiedDelivery } from '../foundations/delivery';
import { FoundMatch } from './readings/found-match';

/** How many tenants' schemes are remembered. Beyond it, the oldest is forgotten and may be announced again. */
const mostTenants = 1000;

/**
 * Logs the line of configuration that pins the scheme that `auto` found, once for each tenant and after each change.
 * With a pinned scheme, a stolen signature of another form is useless.
 */
export function announceScheme(logger: Logger): (delivery: VerifiedDelivery, match: SignatureMatch) => void {
  const announced = new Map<string | undefined, FoundMatch>();
  return function announce({ raw, tenant }, match) {
    if (!(match instanceof FoundMatch) || isOurTool(raw.headers['user-agent'])) return;
    const before = announced.get(tenant);
    if (before !== undefined && match.pinsLike(before)) return;
    if (announced.size >= mostTenants) announced.delete(announced.keys().next().value);
    announced.set(tenant, match);
    const { pin } = match;
    logger.info({ ...(tenant !== undefined && { tenant }), pin }, `Signature scheme found. To pin it: ${pin}`);
  };
}

/** Whether this package sent the delivery. Its test deliveries say nothing about the vendor's scheme. */
function isOurTool(userAgent: string | undefined): boolean {
  return userAgent?.startsWith('bigmind-webhooks/') ?? false;
}
