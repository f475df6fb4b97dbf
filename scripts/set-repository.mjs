// `node scripts/set-repository.mjs https://github.com/<owner>/<name>`: writes the repository's address wherever it stands.
// package.json has the present one; test/docs/repository.test.ts knows the places.
import { readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const places = ['README.md', 'docs/outcomes.md', 'package.json', 'src/foundations/errors.ts'];
const [address = ''] = process.argv.slice(2);
const nameOf = (text) => /^https:\/\/github\.com\/([\w.-]+\/[\w.-]+?)(?:\.git)?(?:#.*)?$/.exec(text)?.[1];

const next = nameOf(address);
if (next === undefined) {
  console.error(`Expected an address such as https://github.com/owner/name, got ${address || 'nothing'}.`);
  process.exit(2);
}
const { homepage } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const present = nameOf(homepage);
for (const place of places) {
  const file = new URL(place, root);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replaceAll(`.com/${present}`, `.com/${next}`));
}
