import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** What axe finds, each with the first element that it is about; of some rules, or of all. */
export async function violations(page: Page, rules: readonly string[] = []): Promise<string[]> {
  // The usual mode opens another page for each result, for the sake of frames, which we have none of.
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const found = await (rules.length > 0 ? axe.withRules([...rules]) : axe).analyze();
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
}
