import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fieldsOf } from '../../foundations/fields-of';
import type { Io } from '../io';
import { jsonIn } from '../json-in';
import { makeFolder } from '../make-folder';
import { openPrivateFile } from '../private-file';
import { stateFolder } from './state-folder';

/** What a start of `listen` leaves to the next one with the same port, so that an open page goes on. */
export interface RememberedStart {
  readonly inspectorPort: number;
  readonly token: string;
}

/** The last start in this folder with this port; `undefined` if there is none, or it cannot be read. */
export async function readStart(port: number, io: Pick<Io, 'env'>): Promise<RememberedStart | undefined> {
  try {
    const file = await openPrivateFile(pathOf(port, io), 'read');
    const text = await file.readFile('utf8').finally(() => file.close());
    const { inspectorPort, token } = fieldsOf(jsonIn(text)?.value);
    const isWhole = typeof inspectorPort === 'number' && typeof token === 'string' && /^[\w-]{32}$/.test(token);
    return isWhole ? { inspectorPort, token } : undefined;
  } catch {
    return undefined;
  }
}

/** Remembers a start. Where that fails, the next one has a new address: that is no reason not to listen. */
export async function rememberStart(port: number, start: RememberedStart, io: Pick<Io, 'env'>): Promise<void> {
  const path = pathOf(port, io);
  try {
    makeFolder(stateFolder(io), 0o700);
    await writeFile(`${path}.new`, JSON.stringify(start), { mode: 0o600 });
    await rename(`${path}.new`, path);
  } catch {
    // Nothing depends on it.
  }
}

function pathOf(port: number, io: Pick<Io, 'env'>): string {
  return join(stateFolder(io), `listen-${port}.json`);
}
