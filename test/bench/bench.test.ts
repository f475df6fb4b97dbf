import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/** What an expression over the harness prints. */
function printed(expression: string): string {
  const names = { judge: 'judge', chart: 'chart', table: 'report', explanation: 'report', measure: 'measure' };
  const imports = Object.entries(names).map(
    ([name, file]) => `import { ${name} } from '${new URL(`file://${join(root, `bench/harness/${file}.mjs`)}`)}';`,
  );
  const code = `${imports.join('\n')}\nconsole.log(${expression})`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' }).trim();
}

function judge(goal: object | undefined, ratios: readonly number[]): string {
  return printed(`judge(${JSON.stringify({ goal, ratios })}).verdict`);
}

test.each([
  ['met', { atMost: 1.5 }, [1.3, 1.4, 1.45, 1.9]],
  ['within noise', { atMost: 1.5 }, [1.4, 1.5, 1.53, 1.6]],
  ['missed', { atMost: 1.5 }, [1.6, 1.61, 1.62, 1.63]],
  ['met', { atLeast: 1.1 }, [1.0, 1.2, 1.2, 1.3]],
  ['within noise', { atLeast: 1.1 }, [0.9, 1.05, 1.1, 1.3]],
  ['missed', { atLeast: 1.1 }, [1, 1, 1.01, 1.02]],
])('calls a goal %s: %j of %j', (verdict, goal, ratios) => {
  expect(judge(goal, ratios)).toBe(verdict);
});

test('judges no row that has no goal', () => {
  expect(judge(undefined, [0.1, 0.1, 0.1])).toBe('no goal');
});

describe('of a group whose second row needs a service that is away', () => {
  const group = `{
    name: 'a group', unit: 'requests a second', rounds: 3, warmUps: 0,
    contenders: { ours: async () => 30, theirs: async () => 20 },
    rows: [
      { what: 'ours to theirs', at: '700 B', means: 'the first.', ratio: (took) => took.ours / took.theirs, goal: { atLeast: 1.4 } },
      { what: 'ours with Redis', at: '700 B', means: 'the second.', unmeasured: 'no Redis is here', goal: { atLeast: 1 } },
      { what: 'memory', at: '700 B', means: 'the third.', unit: 'MB', ratio: () => 200, goal: { atMost: 150 } },
      { what: 'no goal', at: '700 B', means: 'the fourth.', ratio: () => 0.5 },
    ],
  }`;
  const rows = `(await measure(${group})).rows.map(judge)`;

  test('measures the other rows, and says which was not measured and why', () => {
    expect(printed(`table(${rows})`).split('\n').slice(2)).toStrictEqual([
      '| ours to theirs | 700 B | 1.50 × | 1.50–1.50 | ± 0.00 | ≥ 1.4 × | met |',
      '| ours with Redis | 700 B | **not measured** |  |  | ≥ 1 × | no Redis is here |',
      '| memory | 700 B | 200.0 MB | 200.0–200.0 | ± 0.00 | ≤ 150 MB | **missed** |',
      '| no goal | 700 B | 0.50 × | 0.50–0.50 | ± 0.00 | none |  |',
    ]);
  });

  test('counts and draws only what was measured against a goal', () => {
    const drawn = printed(`chart(${rows})`);
    expect(drawn).toContain('1 of 2 goals met');
    expect(drawn).toContain('ours to theirs');
    expect(drawn).toContain('memory');
    expect(drawn).not.toContain('ours with Redis');
    expect(drawn).not.toContain('no goal');
  });

  test('says of each row in words what it measures', () => {
    expect(printed(`explanation(${rows})`).split('\n')).toStrictEqual([
      '- **ours to theirs**: the first.',
      '- **ours with Redis**: the second.',
      '- **memory**: the third.',
      '- **no goal**: the fourth.',
    ]);
  });
});
