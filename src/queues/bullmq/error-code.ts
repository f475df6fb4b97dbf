/**
 * Never a command or its arguments, which hold the payload, and which some errors of Redis quote. Errors are known by
 * their properties, since they may come from another realm.
 */
export function errorCode(error: unknown): string {
  const { code, name, message } = (error ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof code === 'string') return code;
  if (typeof message !== 'string') return 'unknown';
  if (name === 'ReplyError') return message.split(' ', 1)[0] ?? '';
  // BullMQ's own name a job by its key, and what could not be done with it.
  return message.slice(0, 200);
}
