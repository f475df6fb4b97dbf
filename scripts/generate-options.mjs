// Writes docs/options.md from the types of the options and their comments, so that they cannot disagree.
// With --check it writes nothing, and fails if the file is not what it would write.
import { readFileSync, writeFileSync } from 'node:fs';
import ts from 'typescript';

const root = new URL('../', import.meta.url);
const document = new URL('docs/options.md', root);

/** What both journals extend. */
const keepingOptions = ['src/foundations/journal-keeping.ts', 'KeepingOptions'];

/** A heading, the interface below it, and the file that has it. Several interfaces in order if one extends another. */
const sections = [
  ['`bigmindWebhooks(options)`', ['src/options/options.ts', 'BigmindWebhooksOptions']],
  ['`deduplicate`', ['src/options/options.ts', 'DeduplicateOptions']],
  ['`work(options)`', ['src/receiver.ts', 'WorkOptions']],
  ['`memoryStore(options)`', ['src/deduplication/memory-store.ts', 'MemoryStoreOptions']],
  ['`redisStore(options)`, from `bigmind-webhooks/redis`', ['src/stores/redis/redis-store.ts', 'RedisStoreOptions']],
  [
    '`postgresStore(options)`, from `bigmind-webhooks/postgres`',
    ['src/stores/postgres/postgres-store.ts', 'PostgresStoreOptions'],
  ],
  ['`bullmqQueue(options)`, from `bigmind-webhooks/bullmq`', ['src/queues/bullmq/options.ts', 'BullmqQueueOptions']],
  ['`pgBossQueue(options)`, from `bigmind-webhooks/pg-boss`', ['src/queues/pg-boss/options.ts', 'PgBossQueueOptions']],
  [
    '`fileJournal(options)`, from `bigmind-webhooks/file-journal`',
    ['src/journals/file/options.ts', 'FileJournalOptions'],
    keepingOptions,
  ],
  [
    '`postgresJournal(options)`, from `bigmind-webhooks/postgres`',
    ['src/journals/postgres/options.ts', 'PostgresJournalOptions'],
    keepingOptions,
  ],
  ['`hmac(options)`', ['src/signatures/schemes/hmac.ts', 'HmacOptions']],
  [
    '`timestampedHmac(options)`',
    ['src/signatures/schemes/hmac.ts', 'HmacOptions'],
    ['src/signatures/schemes/timestamped-hmac.ts', 'TimestampedHmacOptions'],
  ],
  ['`standardWebhooks(options)`', ['src/signatures/schemes/standard-webhooks.ts', 'StandardWebhooksOptions']],
  [
    '`openTelemetry(options)`, from `bigmind-webhooks/opentelemetry`',
    ['src/telemetry/opentelemetry/open-telemetry.ts', 'OpenTelemetryOptions'],
  ],
];

const intro = `<!-- Generated from the types by \`npm run generate\`. Do not edit. -->

# Options

All options, with their types, defaults and ranges, as the types have them. Unless the default says "required", an option may be
left out or \`undefined\`. An unknown option or an invalid value throws at construction, with what was expected and what came.
`;

function propertiesOf([file, name]) {
  const text = readFileSync(new URL(file, root), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = source.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === name);
  if (found === undefined) throw new Error(`generate: ${file} has no interface ${name}`);
  return found.members.flatMap((member) => rowsOf(member, source, ''));
}

/** A property, and below it those of the object that it may be, where they are described one by one. */
function rowsOf(member, source, path) {
  const nested = (ts.isUnionTypeNode(member.type) ? member.type.types : [member.type]).find(
    (type) => ts.isTypeLiteralNode(type) && type.members.every((one) => ts.getJSDocCommentsAndTags(one).length > 0),
  );
  const row = propertyOf(member, source, path);
  if (nested === undefined) return [row];
  const type = `{ ${nested.members.map((one) => one.name.getText(source)).join(', ')} }`;
  return [{ ...row, type }, ...nested.members.flatMap((one) => rowsOf(one, source, `${row.name}.`))];
}

function propertyOf(member, source, path) {
  const name = path + member.name.getText(source);
  const [comment] = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
  const told = ts.getTextOfJSDocComment(comment?.comment);
  if (told === undefined) throw new Error(`generate: ${source.fileName} says nothing of ${name}`);
  const usual = comment.tags?.find(({ tagName }) => tagName.text === 'default');
  return {
    name,
    type: typeText(member, source),
    default: member.questionToken ? ts.getTextOfJSDocComment(usual?.comment) : 'required',
    told,
  };
}

/** The type as people write it: `| undefined` is true of every option, and `readonly` of what is only read. */
function typeText(member, source) {
  return member.type
    .getText(source)
    .replace(/\s+/g, ' ')
    .replace(/ \| undefined\b/g, '')
    .replace(/\breadonly /g, '')
    .replace(/^\((.*)\)$/, '$1');
}

const inCell = (text) =>
  text
    .replace(/\s+/g, ' ')
    .replace(/(?<!\\)\|/g, '\\|')
    .trim();

/** A literal stands as code; words stay words. */
function defaultText(text) {
  if (text === undefined) return '';
  const [, literal, rest] =
    /^('[^']*'|-?[\d_]+(?:\.\d+)?|true|false|\[\]|\{[^}]*\}|[\w.]+\(.*?\)|process\.env\.\w+)(.*)$/s.exec(text) ?? [];
  return literal === undefined ? text : `\`${literal}\`${rest}`;
}

function tableOf(properties) {
  const rows = properties.map(({ name, type, told, default: usual }) =>
    [`\`${name}\``, `\`${inCell(type)}\``, inCell(defaultText(usual)), inCell(told)].join(' | '),
  );
  return [
    '| option | type | default | what it is |',
    '| --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

const text = [
  intro,
  ...sections.map(([heading, ...parts]) => `## ${heading}\n\n${tableOf(parts.flatMap(propertiesOf))}\n`),
].join('\n');

if (!process.argv.includes('--check')) writeFileSync(document, text);
else if (readFileSync(document, 'utf8') !== text) {
  console.error('docs/options.md is not what the types give. Run `npm run generate`.');
  process.exitCode = 1;
}
