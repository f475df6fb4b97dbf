import type { TelemetryOfReceiver } from '../foundations/contracts/telemetry';
import { isThenable } from '../foundations/maybe-promise';
import { whenSettled } from './dispatch';
import type { NamedHandler } from './registry';

/** The same handlers, each followed by the telemetry from its start to its end. */
export function followHandlers(
  handlers: readonly NamedHandler[],
  event: string | undefined,
  telemetry: TelemetryOfReceiver,
): readonly NamedHandler[] {
  return handlers.map(({ name, run }) => ({
    name,
    run(subject, context) {
      const followed = telemetry.handler({ handler: name, event });
      const succeeded = (): void => followed.end({});
      const failed = (error: unknown): never => {
        followed.end({ failure: { error } });
        throw error;
      };
      try {
        const result = followed.run(() => {
          const given = run(subject, context);
          // Waited for inside, once: a query of some libraries runs at every `then`.
          return isThenable(given) ? whenSettled(given, succeeded, failed) : undefined;
        });
        if (result === undefined) succeeded();
        return result;
      } catch (error) {
        return failed(error);
      }
    },
  }));
}
