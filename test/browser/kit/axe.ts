import type axe from 'axe-core';
import { source } from 'axe-core';
import type { Page } from 'playwright-core';

declare global {
  interface Window {
    /** There once `source` ran in the page. */
    axe?: typeof axe;
  }
}

/** What axe finds, each with the first element that it is about; of some rules, or of all. */
export async function violations(page: Page, rules: readonly string[] = []): Promise<string[]> {
  if (await page.evaluate(() => window.axe === undefined)) await page.evaluate(source);
  const found = await page.evaluate(
    async (runOnly) => {
      const results = await window.axe?.run({ resultTypes: ['violations'], ...(runOnly.length > 0 && { runOnly }) });
      return results?.violations.map(({ id, nodes }) => ({ id, first: nodes[0] }));
    },
    [...rules],
  );
  if (found === undefined) throw new Error('axe did not start in the page');
  return found.map(({ id, first }) => `${id}: ${first?.html} ${first?.failureSummary}`);
}
