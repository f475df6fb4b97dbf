import { execFileSync } from 'node:child_process';
import { findFailedCommand, replayFailedCommand, resumeCommand } from '../../../src/cli/journal/resume-command';

test('is the same command with the name, and with moments that stay', () => {
  const options = {
    app: './webhooks.js',
    event: ['notes_created', 'todo_created'],
    from: new Date('2026-11-23T09:00:00Z'),
    handlers: ['crm'],
    force: true,
    rate: 50,
    concurrency: 8,
    json: true,
  } as const;
  expect(resumeCommand(options, 'thursday')).toBe(
    'npx bigmind-webhooks journal replay --app ./webhooks.js --event notes_created,todo_created ' +
      '--from 2026-11-23T09:00:00.000Z --handlers crm --rate 50 --concurrency 8 --name thursday --force --json',
  );
  expect(findFailedCommand({ ...options, outcome: ['invalid', 'failed'] })).toBe(
    'npx bigmind-webhooks journal find --app ./webhooks.js --event notes_created,todo_created --outcome failed ' +
      '--from 2026-11-23T09:00:00.000Z',
  );
  expect(replayFailedCommand({ ...options, name: 'thursday', outcome: ['processed'] })).toBe(
    'npx bigmind-webhooks journal replay --app ./webhooks.js --event notes_created,todo_created --outcome failed ' +
      '--from 2026-11-23T09:00:00.000Z --handlers crm --rate 50 --concurrency 8 --force --json',
  );
});

test('a shell reads every word as it was given', () => {
  const tenant = `it's $(touch owned) "a" \\ \`b\` ; *`;
  const line = resumeCommand({ app: 'a b.js', tenant }, 'x');
  const words = execFileSync('bash', ['-c', line.replace(/^npx bigmind-webhooks/, "printf '%s\\n'")], {
    encoding: 'utf8',
  });
  expect(words.trimEnd().split('\n')).toEqual([
    'journal',
    'replay',
    '--app',
    'a b.js',
    '--tenant',
    tenant,
    '--name',
    'x',
  ]);
});
