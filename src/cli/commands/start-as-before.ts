import { isWebhookError } from '../../foundations/errors';
import { Failure, misuse } from '../failure';
import { readStart, rememberStart } from '../folder/remembered-start';
import { type Listening, type ListeningOptions, startListening } from '../inspector/listening';
import type { Io } from '../io';

/**
 * Starts with the inspector's address of the last time, so that an open page goes on.
 *
 * @throws Failure for a port, or a secret, that cannot be used
 */
export async function startAsBefore(options: ListeningOptions, io: Pick<Io, 'env'>): Promise<Listening> {
  const { port } = options;
  // Several may run here at once, each with any free port.
  const last = port === 0 ? undefined : await readStart(port, io);
  const again = { ...options, token: last?.token, inspectorPort: options.inspectorPort ?? last?.inspectorPort ?? 0 };
  const { inspectorPort } = again;
  const listening = await startListening(again).catch(async (error: unknown) => {
    const isLastTaken = options.inspectorPort === undefined && inspectorPort !== 0 && portIn(error) === inspectorPort;
    if (!isLastTaken) throw whyNotStarted(error, options);
    return await startListening({ ...again, inspectorPort: 0 });
  });
  if (port !== 0) await rememberStart(port, { inspectorPort: listening.inspectorPort, token: listening.token }, io);
  return listening;
}

function whyNotStarted(error: unknown, { inspectorPort }: ListeningOptions): unknown {
  const port = portIn(error);
  const { code } = error as NodeJS.ErrnoException;
  const option = port === inspectorPort ? '--inspector-port' : '--port';
  if (code === 'EADDRINUSE') {
    return new Failure(`Port ${port} is in use. Choose another with ${option}, or let ${option} 0 find one.`);
  }
  if (code === 'EACCES') return new Failure(`Port ${port} needs more rights. Choose one from 1024 with ${option}.`);
  // It names the secret's fault, never the secret.
  return isWebhookError(error) ? misuse(error.message) : error;
}

function portIn(error: unknown): number | undefined {
  return (error as { readonly port?: number }).port;
}
