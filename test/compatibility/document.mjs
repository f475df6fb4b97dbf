/**
 * docs/compatibility.md: the same text for the same rows and verdicts, whenever and wherever it is written. Rows without a result
 * stay as they were in the document before.
 */
export function documentOf(rows, results, before) {
  const groups = [...new Set(rows.map(({ group }) => group))];
  const lines = before.split('\n');
  const tables = groups.map((group) => {
    const members = rows.filter((row) => row.group === group);
    const cells = members.flatMap((row) => {
      const result = results.get(row);
      return result ? [lineOf(row, result)] : lines.filter((line) => line.startsWith(beginningOf(row)));
    });
    return [`## ${group}`, '', '| with | versions | verdict | seen |', '| --- | --- | --- | --- |', ...cells, ''].join(
      '\n',
    );
  });
  return `${head}\n${tables.join('\n')}`;
}

const head = `# Compatibility

What the package was seen to work with. \`npm run test:compatibility\` wrote this page from what it ran: each row installs the
packed package beside the versions named, and runs it.

| peer | versions |
| --- | --- |
| Node | 20.19 or later |
| \`express\` | 4.18.3 or later, and 5 |
| \`ioredis\` | 4.31 or later, 5 and 6 |
| \`redis\` | 4 or later |
| \`pg\` | 8.0.3 or later |
| \`@electric-sql/pglite\` | 0.2 or later |
| \`bullmq\` | 5.77 or later, and 6 |
| \`pg-boss\` | 10, 11 and 12; the last two need Node 22 |

No peer refuses an install: each is optional and may have any version. What is too old throws when it is used, and says so.

What a row has seen: *signed*, a signed delivery reached its handler once, and the answer was 200. *repeated*, its repeat reached
none. *forged*, one signed with another secret and one without a signature were answered 401, and no handler was called. *slow*,
the answer waited for a handler that takes its time. *context*, the handler ran in its request's asynchronous context, so that
traces and log fields are kept. Other words name what else was tried.
`;

function lineOf(row, { verdict, seen, why }) {
  return `${beginningOf(row)}${cell(verdictOf(row, verdict, why))} | ${cell(seen.join(', '))} |`;
}

function beginningOf(row) {
  return `| ${cell(row.name)} | ${cell(versionsOf(row))} | `;
}

/** What is installed beside the package, in words. */
export function versionsOf({ packages, node, shown }) {
  if (shown !== undefined) return shown;
  const names = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return [...(node ? [`Node ${node}`] : []), ...names].join(', ');
}

function verdictOf({ supported, reason, instead }, verdict, why) {
  if (verdict === 'works') return 'works';
  if (verdict === 'not run') return `not run: ${why.split('\n')[0]}`;
  return supported === false ? `not supported: ${reason} ${instead}` : 'fails';
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
