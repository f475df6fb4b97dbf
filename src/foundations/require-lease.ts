import { badOption } from './option-checks';

/**
 * Requires a lease that ends. One without an end would hold the delivery of a dead process for good, and a table has no
 * moment for it: the claim would have no lease at all.
 *
 * @throws WebhookError `BAD_OPTION`
 */
export function requireLease(path: string, leaseMs: number): void {
  if (!(Number.isFinite(leaseMs) && leaseMs > 0)) throw badOption(path, 'milliseconds, more than 0', leaseMs);
}
