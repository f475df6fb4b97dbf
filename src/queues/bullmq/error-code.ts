/**
 * The kind of an error. Some errors of Redis quote a command and its arguments, which hold the payload; these are left
 * out. Errors are recognised by their properties, since they may come from another realm.
 */
export function errorCode(error: unknown): string {
  const { code, name, message } = (error ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof code === 'string') return code;
  if (typeof message !== 'string') return 'unknown';
  if (name === 'ReplyError') return message.split(' ', 1)[0] ?? '';
  // BullMQ's own errors name a job by its key, and what failed.
  return message.slice(0, 200);
}
