import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const packageJson = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as {
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
};

// npm refuses an install for an optional peer of another version, too, and takes any version for `*` alone: a range such
// as `>=0` would refuse a beta. Factories check what they are given instead.
test('no peer refuses an install: each is optional and may have any version', () => {
  const peers = Object.entries(packageJson.peerDependencies);
  expect(peers.length).toBeGreaterThan(5);
  expect(peers.filter(([, range]) => range !== '*')).toStrictEqual([]);
  expect(peers.filter(([name]) => packageJson.peerDependenciesMeta[name]?.optional !== true)).toStrictEqual([]);
});
