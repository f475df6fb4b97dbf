import { builtInSchemas, commonSchema } from './generated/schemas';
import { type Shape, shapeMaker } from './shape';

let builtIn: ReadonlyMap<string, Shape> | undefined;

/** Shapes by event name, for schemas that Ajv has compiled. The built-in ones are worked out once in each process. */
export function eventShapes(custom: Readonly<Record<string, object>> = {}): ReadonlyMap<string, Shape> {
  builtIn ??= shapesOf(builtInSchemas);
  return new Map([...builtIn, ...shapesOf(custom)]);
}

function shapesOf(schemas: Readonly<Record<string, object>>): ReadonlyMap<string, Shape> {
  const documents = new Map([['common.schema.json', commonSchema]]);
  for (const schema of [commonSchema, ...Object.values(schemas)]) {
    if ('$id' in schema && typeof schema.$id === 'string') documents.set(schema.$id, schema);
  }
  const shapeOf = shapeMaker(documents);
  return new Map(Object.entries(schemas).map(([name, schema]) => [name, shapeOf(schema)]));
}
