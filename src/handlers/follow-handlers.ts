import type { TelemetryOfReceiver } from '../foundations/contracts/telemetry';
import { workIn } from '../foundations/work-in';
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
        // Waited for inside, once: a query of some libraries runs at every `then`.
        const result = followed.run(() => workIn(run(subject, context))?.then(succeeded, failed));
        if (result === undefined) succeeded();
        return result;
      } catch (error) {
        return failed(error);
      }
    },
  }));
}
