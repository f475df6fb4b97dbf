import type { Ajv2020, ValidateFunction } from 'ajv/dist/2020';
import { WebhookError } from '../foundations/errors';

/**
 * Compiles a schema to a function. Ajv writes its code as text, which a process may forbid.
 *
 * @throws WebhookError `CODE_GENERATION_FORBIDDEN`
 */
export function compileSchema(ajv: Ajv2020, schema: object): ValidateFunction {
  try {
    return ajv.compile(schema);
  } catch (cause) {
    // By its name: a test environment may have an EvalError of its own.
    if ((cause as Error).name !== 'EvalError') throw cause;
    throw new WebhookError('CODE_GENERATION_FORBIDDEN', forbidden, { cause });
  }
}

const forbidden =
  'This process forbids code that is made from text (eval, new Function), which compiling JSON Schemas needs. Start Node ' +
  'without --disallow-code-generation-from-strings; on a platform of isolates, such as an edge function, choose its ' +
  'Node.js runtime.';
