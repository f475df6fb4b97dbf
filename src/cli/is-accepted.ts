/** Whether an answer accepts a delivery: 2xx. */
export function isAccepted(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}
