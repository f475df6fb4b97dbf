import type { DeliveryStore } from '../foundations/contracts/store';

/** For `deduplicate: false`: every copy of a delivery is its first. */
export const noStore: DeliveryStore = {
  claim: () => ({ token: '', attempt: 1, succeeded: [] }),
  extend: () => true,
  succeeded: () => true,
  complete: () => true,
  release: () => true,
};
