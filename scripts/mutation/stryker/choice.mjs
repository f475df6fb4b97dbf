import { commonTokens, declareFactoryPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import { chosenOf } from '../chosen.mjs';
import { isUnnoticed, lineOf, named } from '../report.mjs';

export const notChosen = 'not chosen';

/**
 * When Stryker knows all mutants, settles those that are not to run. A checker of Stryker's could do it by the rules, but its process
 * becomes a second runner, whatever the concurrency. Prints at once what no test notices.
 */
function choosing({ mutation }) {
  return {
    onMutantTested(mutant) {
      if (isUnnoticed(mutant)) console.log(lineOf(named(mutant)));
    },
    onMutationTestingPlanReady({ mutantPlans }) {
      const toRun = mutantPlans.filter(({ plan }) => plan === 'Run');
      const mutants = toRun.map(({ mutant }) => mutant);
      const chosen = new Set(chosenOf(mutants, mutation));
      for (const plan of toRun) {
        if (chosen.has(plan.mutant.id)) continue;
        plan.plan = 'EarlyResult';
        Object.assign(plan.mutant, { status: 'Ignored', statusReason: notChosen });
      }
    },
  };
}
choosing.inject = tokens(commonTokens.options);

export const strykerPlugins = [declareFactoryPlugin(PluginKind.Reporter, 'choosing', choosing)];
