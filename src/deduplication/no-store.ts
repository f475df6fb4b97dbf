import type { DeliveryStore } from '../foundations/contracts/store';

/** For `deduplicate: false`: every copy counts as a new delivery. */
export const noStore: DeliveryStore = {
  claim: () => ({ token: '', attempt: 1, succeeded: [] }),
  extend: () => true,
  succeeded: () => true,
  complete: () => true,
  release: () => true,
};
