// A process that has never compiled a schema: milliseconds for all of them with Ajv alone, with the options of the
// first argument.
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { eventNames } from '../../dist/events/generated/event-names.js';

const folder = new URL('../../schemas/', import.meta.url);
const read = (file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
const common = 'common.schema.json';
const schemas = readdirSync(folder)
  .filter((file) => file !== common)
  .map(read);
const commonSchema = read(common);
const options = JSON.parse(process.argv[2] ?? '{}');
if (schemas.length !== eventNames.length) {
  throw new Error(`bench: expected ${eventNames.length} schemas, found ${schemas.length}`);
}

const start = performance.now();
const ajv = new Ajv2020({ strict: false, ...options });
addFormats.default(ajv, ['date-time']);
ajv.addSchema(commonSchema, common);
for (const schema of schemas) ajv.compile(schema);
console.log(performance.now() - start);
