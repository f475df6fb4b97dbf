import type { Logger } from '../foundations/contracts/logger';
import { logSafely } from '../foundations/tell';
import { odditiesOf } from '../signatures/explain/secret-oddities';
import { auto } from '../signatures/schemes/auto';
import type { Settings } from './parse-options';

/** Platforms that may run each request in another process, by a variable that they set. */
const ephemeral = { AWS_LAMBDA_FUNCTION_NAME: 'AWS Lambda', VERCEL: 'Vercel', K_SERVICE: 'Cloud Run' } as const;

let warnedOfStore = false;
let warnedOfWorker = false;

/** Warns, at construction, of settings that work but promise less than users may expect. */
export function warnOfRisks(settings: Settings, logger: Logger, environment: NodeJS.ProcessEnv): void {
  if (settings.scheme === undefined) {
    warn(logger, { code: 'SIGNATURE_OFF' }, 'signature is false: anybody who knows the address can send events.');
  }
  warnOfSecrets(settings, logger);
  // With a queue only workers remember deliveries, and work() has warnings of its own.
  if (!settings.deduplicate?.isDefaultStore || settings.queue !== undefined) return;
  if (typeof settings.secret === 'function') {
    warn(
      logger,
      { code: 'TENANTS_SHARE_STORE' },
      'All tenants share one in-memory store: many deliveries of one tenant make it forget those of the others, whose ' +
        'repeats then run again. Pass a deduplicate.store, such as redisStore() or memoryStore({ maxKeys }).',
    );
  }
  const platform = Object.entries(ephemeral).find(([variable]) => environment[variable])?.[1];
  if (platform === undefined || warnedOfStore) return;
  warnedOfStore = true;
  warn(
    logger,
    { code: 'EPHEMERAL_STORE', platform },
    `De-duplication is in memory, and ${platform} runs repeats in other processes: pass a shared deduplicate.store.`,
  );
}

/** With most of these, every delivery would be refused, and nothing else says why. */
function warnOfSecrets({ secret: secrets, isSecretUndefined, scheme }: Settings, logger: Logger): void {
  if (typeof secrets === 'function' || scheme === undefined) return;
  if (isSecretUndefined) {
    const found = 'secret: undefined was passed, so the secret in BIGMIND_WEBHOOK_SECRET is used.';
    const remedy = 'If another was meant, it is not set where this process runs; if not, leave the option out.';
    warn(logger, { code: 'SECRET_LOOKS_WRONG' }, `${found} ${remedy}`);
  }
  for (const [index, secret] of secrets.entries()) {
    const named = secrets.length === 1 ? 'The secret' : `secret[${index}]`;
    for (const oddity of odditiesOf(secret, scheme === auto)) {
      const remedy = 'Use the secret that Bigmind shows for the destination, whole and as it is.';
      warn(logger, { code: 'SECRET_LOOKS_WRONG' }, `${named} ${oddity}. ${remedy}`);
    }
  }
}

/** Warns, when a worker starts, that other workers do not see its progress, or that nobody does. */
export function warnOfStoreOfWorkers({ deduplicate }: Settings, logger: Logger): void {
  if (deduplicate === undefined) {
    warn(
      logger,
      { code: 'DEDUPLICATION_OFF' },
      'deduplicate is false, so work() remembers nothing: when a handler of a delivery fails, each further attempt runs ' +
        'all of them again. Pass a shared deduplicate.store, such as redisStore() or postgresStore().',
    );
    return;
  }
  if (!deduplicate.isDefaultStore || warnedOfWorker) return;
  warnedOfWorker = true;
  warn(
    logger,
    { code: 'EPHEMERAL_STORE' },
    'work() remembers in memory which handlers succeeded: after a restart, and in other workers, they run again. Pass a ' +
      'shared deduplicate.store, such as redisStore() or postgresStore().',
  );
}

function warn(logger: Logger, fields: object, message: string): void {
  logSafely(logger, 'warn', fields, message);
}
