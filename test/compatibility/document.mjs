/** docs/compatibility.md: the same text for the same rows and verdicts, whenever and wherever it is written. */
export function documentOf(rows, results) {
  const groups = [...new Set(rows.map(({ group }) => group))];
  const tables = groups.map((group) =>
    tableOf(
      group,
      rows.filter((row) => row.group === group),
      results,
    ),
  );
  return `${head}\n${tables.join('\n')}`;
}

const head = `# Compatibility

What the package was seen to work with. \`npm run test:compatibility\` wrote this page from its last whole run: each row installs
the packed package beside the versions named, and runs it.

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

function tableOf(group, rows, results) {
  const lines = rows.map((row) => {
    const { verdict, seen, why } = results.get(row);
    return `| ${[row.name, versionsOf(row), verdictOf(row, verdict, why), seen.join(', ')].map(cell).join(' | ')} |`;
  });
  return [`## ${group}`, '', '| with | versions | verdict | seen |', '| --- | --- | --- | --- |', ...lines, ''].join(
    '\n',
  );
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
