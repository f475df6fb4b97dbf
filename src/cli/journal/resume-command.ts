import { listOf } from '../parse-list';
import { shellWord } from '../shell-word';
import type { ReplayOptions } from './replay-options';

type Given = readonly [option: string, value: string | undefined];

/** The command that goes on with a replay. */
export function resumeCommand(options: ReplayOptions, name: string): string {
  return replayCommand(options, name);
}

/** The command that replays what failed of the deliveries of a replay. */
export function replayFailedCommand(options: ReplayOptions): string {
  return replayCommand({ ...options, outcome: ['failed'] });
}

function replayCommand(options: ReplayOptions, name?: string): string {
  const { handlers, force, rate, concurrency, json } = options;
  const words = wordsOf([
    ...filterGiven(options),
    ['--handlers', handlers && listOf(handlers)],
    ['--rate', rate?.toString()],
    ['--concurrency', concurrency?.toString()],
    ['--name', name],
  ]);
  const flags = [force && '--force', json && '--json'].filter((flag) => flag !== undefined);
  return ['npx bigmind-webhooks journal replay', ...words, ...flags].join(' ');
}

/** The command that lists what failed of the deliveries of a replay. */
export function findFailedCommand(options: ReplayOptions): string {
  const words = wordsOf(filterGiven({ ...options, outcome: ['failed'] }));
  return ['npx bigmind-webhooks journal find', ...words].join(' ');
}

/** Moments are absolute: `3d` would mean others later. */
function filterGiven({ app, event, tenant, outcome, from, to, key }: ReplayOptions): readonly Given[] {
  return [
    ['--app', app],
    ['--event', event?.join(',')],
    ['--tenant', tenant],
    ['--outcome', outcome?.join(',')],
    ['--from', from?.toISOString()],
    ['--to', to?.toISOString()],
    ['--key', key],
  ];
}

function wordsOf(given: readonly Given[]): readonly string[] {
  return given.flatMap(([option, value]) => (value === undefined ? [] : [option, shellWord(value)]));
}
