import { execFileSync } from 'node:child_process';
import { eventNames } from '../../src/index';
import { runHere } from './fake-io';

const commands = ['init', 'send', 'listen', 'validate', 'detect', 'replay', 'journal', 'dead-letters', 'completion'];
const url = 'http://127.0.0.1:9/';
const env = { BIGMIND_WEBHOOK_SECRET: 'hush-hush' };

test.each<[string, string[], RegExp]>([
  ['of a command', ['listen', '--help'], /^Every request is shown[\s\S]*?\n\n/m],
  ['of no command', [], /^The secret comes from[\s\S]*?\n\n/m],
  ['of no subcommand', ['journal'], /^--app names your own[\s\S]*?\n\n/m],
])('help %s has no line that ends early: each paragraph fills the width', async (_what, args, first) => {
  const { stdout, stderr } = await runHere(args);
  const [paragraph = ''] = first.exec(stdout + stderr) ?? [];
  const lines = paragraph.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(1);
  for (const [index, line] of lines.slice(0, -1).entries()) {
    const [next = ''] = (lines[index + 1] ?? '').split(' ');
    expect(line.length).toBeLessThanOrEqual(80);
    expect(`${line} ${next}`.length).toBeGreaterThan(80);
  }
});

/** The examples in the help of a command, with their breaks. */
async function examplesOf(command: string, columns: number): Promise<string[]> {
  const { stdout } = await runHere([command, '--help'], { columns });
  return [...stdout.matchAll(/^ *\$ (bigmind-webhooks (?:.*\\\n)*.*)$/gm)].map(([, example = '']) => example);
}

/** The words that a shell reads. What comes behind a pipe is one of them. */
function wordsIn(example: string): string[] {
  const line = example.replace(/(?<= )[|<>](?= )|(?<=-)>/g, '');
  return execFileSync('bash', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' }).split('\0');
}

test.each(['send', 'validate', 'replay'])(
  'the examples in the help of %s can be pasted, however they are wrapped',
  async (command) => {
    const wide = (await examplesOf(command, 1000)).map(wordsIn);
    expect(wide.length).toBeGreaterThan(2);
    for (let columns = 60; columns < 110; columns += 2) {
      expect((await examplesOf(command, columns)).map(wordsIn)).toEqual(wide);
    }
  },
);

test('the help of the program names every command, the exit codes, and examples', async () => {
  const { code, stdout, stderr } = await runHere(['--help']);
  for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  expect(stdout).toContain('Exit codes: 0 done');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test.each(commands.filter((command) => command !== 'listen'))(
  'the help of %s has examples and exit codes',
  async (command) => {
    const { code, stdout, stderr } = await runHere([command, '--help']);
    expect(stdout).toContain(`  $ bigmind-webhooks ${command} `);
    expect(stdout).toMatch(/^Exit codes: 0 /m);
    // Those that print no data have no lines of JSON either.
    expect(stdout.includes('--json')).toBe(!['init', 'completion'].includes(command));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  },
);

test.each<[string, string[], RegExp]>([
  ['no command', [], /Usage: bigmind-webhooks/],
  ['a misspelt command', ['sendd'], /unknown command 'sendd' \(Did you mean send\?\)/],
  ['help for no command of ours', ['help', 'nope'], /^error: unknown command 'nope' \(--help says more\) $/],
  ['help for no subcommand', ['journal', 'help', 'nope'], /^error: unknown command 'nope' \(--help says more\) $/],
  ['an unknown option', ['send', 'todo_created', '--url', url, '--cuont', '3'], /Did you mean --count\?/],
  ['an address that is none', ['send', 'todo_created', '--url', 'localhost:3000'], /begins with http/],
  ['a password in the address', ['send', 'todo_created', '--url', 'http://me:hidden@127.0.0.1/'], /without user/],
  ['an app that is nowhere', ['listen', '--forward', 'localhost:3000'], /^error: --forward: expected an address/],
  ['a password in the address of the app', ['listen', '--forward', 'http://me:hidden@127.0.0.1/'], /without user/],
  ['a misspelt event', ['send', 'todo_craeted', '--url', url], /Did you mean todo_created\?/],
  ['no event', ['send', '--url', url], /Name the events to send/],
  ['events beside --all', ['send', '--all', 'todo_created', '--url', url], /--all sends every event/],
  ['a count of none', ['send', 'todo_created', '--count', '0', '--url', url], /whole number from 1/],
  ['a rate in words', ['send', 'todo_created', '--rate', 'fast', '--url', url], /number from 0.01/],
  ['an unknown scheme', ['send', 'todo_created', '--scheme', 'rsa', '--url', url], /Allowed choices are hmac/],
  ['a header that is none', ['send', 'todo_created', '--header', 'a b', '--url', url], /--header: expected the name/],
  [
    'a prefix in the form of Stripe',
    ['send', 'email_sent', '--scheme', 'stripe', '--prefix', 'a', '--url', url],
    /--prefix/,
  ],
  [
    'a file that is not there',
    ['validate', 'no-such-file.json'],
    /no-such-file\.json cannot be read: there is no such file/,
  ],
  ['a folder', ['detect', '.'], /it is a folder/],
  ['a file without a name', ['detect', ''], /A file without a name cannot be read/],
  ['a folder without a name for the app', ['init', ''], /The name of the folder is empty/],
  ['no file', ['validate'], /missing required argument 'file'/],
  ['no file to replay', ['replay', '--url', url], /missing required argument 'file'/],
  ['two languages', ['init', 'a', '--javascript', '--typescript'], /cannot be used with/],
  ['no subcommand', ['dead-letters'], /Usage: bigmind-webhooks dead-letters/],
  ['a moment that is none', ['journal', 'find', '--from', 'monday', '--app', 'a'], /Expected a moment such as 3d/],
  ['a span that ends before it begins', ['journal', 'find', '--from', '1d', '--to', '2d', '--app', 'a'], /before --to/],
  ['nothing to forget', ['journal', 'forget', '--app', 'a'], /one of --key, --tenant and --before/],
  ['two things to forget', ['journal', 'forget', '--key', 'a', '--tenant', 'b', '--app', 'a'], /one of --key/],
  ['no module', ['dead-letters', 'list'], /required option '--app <module>'/],
  ['no ids', ['dead-letters', 'redrive', '--app', 'a'], /Name the ids .* or pass --all/],
  ['ids beside --all', ['dead-letters', 'discard', 'a', '--all', '--app', 'a'], /do not name any as well/],
  ['the id all', ['dead-letters', 'redrive', 'all', '--app', 'a'], /pass --all/],
  ['a list of no events', ['replay', 'a', '--event', ',', '--url', url], /Expected names, separated by commas/],
  ['a list of no events to listen for', ['listen', '--events', ' '], /Expected names, separated by commas/],
  ['a scheme without --sign', ['replay', 'a', '--scheme', 'stripe', '--url', url], /pass --sign/],
])('%s is wrong use: exit code 2, and what to do', async (_title, args, message) => {
  const { code, stdout, stderr } = await runHere(args, { env });
  // It is wrapped at the width of a terminal.
  expect(stderr.replace(/\s+/g, ' ')).toMatch(message);
  expect(stderr).not.toMatch(/\n\s+at |hidden/);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

test('an event that is near none is not taken for another', async () => {
  const { code, stderr } = await runHere(['send', 'x', '--url', url], { env });
  expect(stderr).toMatch(/^error: There is no event of that name\. Known are /);
  expect(code).toBe(2);
});

test('what is used wrongly is said on one line in a pipe', async () => {
  const { stderr } = await runHere(['send', 'todo_created', '--scheme', 'rsa', '--url', url], { env });
  expect(stderr).toMatch(
    /^error: option '--scheme <name>' argument 'rsa' is invalid\. Allowed choices are .*standard-webhooks\.$/m,
  );
});

test('validate names a file that cannot be read, and goes on with the next one', async () => {
  const { code, stdout, stderr } = await runHere(['validate', 'no-such-file.json', '-'], { stdin: '{}' });
  expect(stderr).toBe('error: no-such-file.json cannot be read: there is no such file.\n');
  expect(stdout).toMatch(/^standard input: \d+ errors?\n/);
  expect(code).toBe(2);
});

test('detect without a secret says how to give one', async () => {
  for (const given of [{}, { BIGMIND_WEBHOOK_SECRET: ' ' }]) {
    const { code, stderr } = await runHere(['detect', '-'], { env: given });
    expect(stderr).toMatch(/Set BIGMIND_WEBHOOK_SECRET .* or pass --secret-file <path>/);
    expect(code).toBe(2);
  }
});

test('send without an event lists all of them', async () => {
  const { code, stderr } = await runHere(['send'], { env });
  for (const event of eventNames) expect(stderr).toContain(`\n  ${event}\n`);
  expect(code).toBe(2);
});

test('an address in the environment that is none is named by its variable, and not repeated', async () => {
  const given = { ...env, BIGMIND_WEBHOOK_URL: 'http://me:hidden@127.0.0.1/' };
  const { code, stderr } = await runHere(['send', 'todo_created'], { env: given });
  expect(stderr).toMatch(/BIGMIND_WEBHOOK_URL: expected an address without user/);
  expect(stderr).not.toContain('hidden');
  expect(code).toBe(2);
});

test.each([[['--secret', 'hush-hush']], [['--secret=hush-hush']]])(
  'a secret as an argument is refused, and not repeated: %j',
  async (secret) => {
    const { code, stderr } = await runHere(['send', 'todo_created', '--url', url, ...secret]);
    expect(stderr).toMatch(/--secret-file <path>/);
    expect(stderr).not.toContain('hush');
    expect(code).toBe(2);
  },
);

test('says which version it is', async () => {
  const { version } = jest.requireActual<{ version: string }>('../../package.json');
  expect(await runHere(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});
