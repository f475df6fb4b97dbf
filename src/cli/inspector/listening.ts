import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { deliveryPath } from '../default-address';
import { type BodyThread, createBodyThread } from './body-thread';
import { captureDeliveries } from './capture-deliveries';
import { DeliveryLog, type LogBounds } from './delivery-log';
import { createInspector } from './inspector';
import { createJudge } from './judge';
import { judgeApart } from './judge-apart';
import { readPageFiles } from './page-files';
import { reloadSaved } from './reload-saved';
import type { SavedBefore } from './saved-file';
import { serveLoopback } from './serve-loopback';
import type { ToldAnswer } from './told-answer';

export interface ListeningOptions {
  /** Port for deliveries; 0 for any free one. */
  readonly port: number;
  /** Port of the inspector. @default any free one */
  readonly inspectorPort?: number | undefined;
  /** Without a secret, signatures are not checked. */
  readonly secret: string | undefined;
  /** What to take, and how to answer it. @default everything at `/webhooks/bigmind`, as a receiver answers */
  readonly path?: string | undefined;
  readonly events?: ReadonlySet<string> | undefined;
  readonly answer?: ToldAnswer | undefined;
  /** An app to send deliveries on to. @default none */
  readonly forward?: URL | undefined;
  /** The token in the inspector's address. @default a random one */
  readonly token?: string | undefined;
  /** Deliveries of an earlier run. @default none */
  readonly saved?: SavedBefore | undefined;
  /** How much is held. @default the latest 10,000 deliveries, 256 MiB */
  readonly bounds?: LogBounds | undefined;
  /** Folder of the built page. @default beside this module */
  readonly pageFolder?: string | undefined;
  /** The module that reads bodies in a thread of its own. @default beside this one */
  readonly workerFile?: string | undefined;
}

/** A running `listen`: two servers, one for deliveries and one for the inspector. */
export interface Listening {
  /** The address that deliveries are sent to. */
  readonly receiver: string;
  /** The address of the page, with its token. */
  readonly inspector: string;
  readonly log: DeliveryLog;
  /** What reads the bodies of strangers. */
  readonly work: BodyThread;
  readonly inspectorPort: number;
  readonly token: string;
  /** Id of the last delivery of an earlier run; 0 if there is none. */
  readonly reloadedTo: number;
  /** How many saved lines could not be read. */
  readonly unread: number;
  close(): Promise<void>;
}

/**
 * Starts both servers, each on its own port: a tunnel for deliveries does not lead to the inspector. If one does not
 * start, nothing goes on.
 *
 * @throws WebhookError `BAD_SECRET`
 * @throws Error with the code `EADDRINUSE` or `EACCES`, and the port
 */
export async function startListening(options: ListeningOptions): Promise<Listening> {
  const { secret, forward, saved, path = deliveryPath, pageFolder = join(__dirname, 'page') } = options;
  const log = new DeliveryLog({ ...(saved && { before: saved.before, run: saved.run }), ...options.bounds });
  const unread = await reloadSaved(saved?.lines ?? [], log, { secret, path });
  const reloadedTo = log.latest;
  // Deliveries wait for the one, and people for the other.
  const judging = createBodyThread(secret, options.workerFile);
  const work = createBodyThread(secret, options.workerFile);
  const judge = judgeApart(createJudge(secret), judging);
  const page = readPageFiles(pageFolder);
  const { token = randomBytes(24).toString('base64url') } = options;
  const opened: { close(): Promise<void> }[] = [judging, work];
  let closing: Promise<unknown> | undefined;
  async function close(): Promise<void> {
    closing ??= Promise.all(opened.map((each) => each.close()));
    await closing;
  }
  try {
    work.start();
    const receiving = await serveLoopback(options.port, captureDeliveries({ ...options, judge, log, forward, path }));
    opened.push(receiving);
    const receiver = `http://127.0.0.1:${receiving.port}${path}`;
    let inspectorPort = 0;
    const show = createInspector({
      log,
      token,
      page,
      secret,
      work,
      receiver,
      forward: forward?.href,
      port: () => inspectorPort,
    });
    const showing = await serveLoopback(options.inspectorPort ?? 0, show);
    opened.push(showing);
    inspectorPort = showing.port;
    const inspector = `http://127.0.0.1:${inspectorPort}/${token}/`;
    return { receiver, inspector, log, work, inspectorPort, token, reloadedTo, unread, close };
  } catch (error) {
    await close();
    throw error;
  }
}
