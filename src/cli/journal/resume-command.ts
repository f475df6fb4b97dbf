import { listOf } from '../parse-list';
import { shellWord } from '../shell-word';
import type { ReplayOptions } from './replay-options';

/** The command that goes on with a replay. Moments are absolute: `3d` would mean others later. */
export function resumeCommand(options: ReplayOptions, name: string): string {
  const { app, event, tenant, outcome, from, to, key, handlers, force, rate, concurrency, json } = options;
  const given: (readonly [string, string | undefined])[] = [
    ['--app', app],
    ['--event', event?.join(',')],
    ['--tenant', tenant],
    ['--outcome', outcome?.join(',')],
    ['--from', from?.toISOString()],
    ['--to', to?.toISOString()],
    ['--key', key],
    ['--handlers', handlers && listOf(handlers)],
    ['--rate', rate?.toString()],
    ['--concurrency', concurrency?.toString()],
    ['--name', name],
  ];
  const words = given.flatMap(([option, value]) => (value === undefined ? [] : [option, shellWord(value)]));
  const flags = [force && '--force', json && '--json'].filter((flag) => flag !== undefined);
  return ['npx bigmind-webhooks journal replay', ...words, ...flags].join(' ');
}
