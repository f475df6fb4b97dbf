import { readFileSync, writeFileSync } from 'node:fs';
import { commonTokens, declareFactoryPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import { chosenOf } from '../chosen.mjs';
import { isUnnoticed, lineOf, named } from '../report.mjs';

/** In Stryker's own process: when it knows all mutants, writes down those to run. Prints at once what no test notices. */
function choosing({ mutation }) {
  return {
    onMutantTested(mutant) {
      if (isUnnoticed(mutant)) console.log(lineOf(named(mutant)));
    },
    onMutationTestingPlanReady({ mutantPlans }) {
      const mutants = mutantPlans.map(({ mutant }) => mutant).filter(({ status }) => status === undefined);
      writeFileSync(mutation.chosen, JSON.stringify(chosenOf(mutants, mutation)));
    },
  };
}
choosing.inject = tokens(commonTokens.options);

/** In a process of its own: passes those, and no other. */
function chosen({ mutation }) {
  return {
    init: async () => undefined,
    group: async (mutants) => [mutants.map(({ id }) => id)],
    async check(mutants) {
      const ids = new Set(JSON.parse(readFileSync(mutation.chosen, 'utf8')));
      const verdict = ({ id }) =>
        ids.has(id) ? { status: 'passed' } : { status: 'compileError', reason: 'not chosen' };
      return Object.fromEntries(mutants.map((mutant) => [mutant.id, verdict(mutant)]));
    },
  };
}
chosen.inject = tokens(commonTokens.options);

export const strykerPlugins = [
  declareFactoryPlugin(PluginKind.Reporter, 'choosing', choosing),
  declareFactoryPlugin(PluginKind.Checker, 'chosen', chosen),
];
