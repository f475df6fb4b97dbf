import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Io } from '../io';

/**
 * Where the command keeps what belongs to a folder, by default the current one, such as its secret: in the user's own
 * state folder, so that nothing in a project can be committed or published by mistake.
 */
export function stateFolder({ env }: Pick<Io, 'env'>, folder = process.cwd()): string {
  const here = createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 32);
  return join(userStateFolder(env), 'bigmind-webhooks', here);
}

function userStateFolder({ XDG_STATE_HOME, LOCALAPPDATA, HOME }: Io['env']): string {
  if (XDG_STATE_HOME?.startsWith('/')) return XDG_STATE_HOME;
  if (process.platform === 'win32' && LOCALAPPDATA) return LOCALAPPDATA;
  return join(HOME || homedir(), '.local', 'state');
}
