import type { Page } from 'playwright-core';

// Ways through the page by keyboard alone.

/** Finds a delivery by a text that only it has, and opens it. */
export async function openByKeys(page: Page, text: string): Promise<void> {
  await page.keyboard.press('/');
  await page.keyboard.type(text);
  await page.waitForFunction(() => document.querySelectorAll('[role=option]').length === 1);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('#detail h2:focus').waitFor();
}

/** Goes to a control by the tab key, as often as it takes. */
export async function tabTo(page: Page, name: string | RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const wanted = typeof name === 'string' ? new RegExp(`^${name}$`) : name;
  for (let pressed = 0; pressed < 60; pressed += 1) {
    await page.keyboard.press(key);
    const at = await page.evaluate(() => {
      const { activeElement: active } = document;
      return active?.getAttribute('aria-label') ?? active?.textContent ?? '';
    });
    if (wanted.test(at.trim())) return;
  }
  throw new Error(`The tab key does not lead to ${name}.`);
}

/** Presses a button. */
export async function pressByKeys(page: Page, name: string | RegExp, key?: 'Tab' | 'Shift+Tab'): Promise<void> {
  await tabTo(page, name, key);
  await page.keyboard.press('Enter');
}

/** Sends the delivery that is shown to an address. */
export async function replayTo(page: Page, url: string): Promise<void> {
  await page.keyboard.press('r');
  await page.locator('#replay-url:focus').waitFor();
  await page.keyboard.insertText(url);
  await page.locator('#replay [type=submit]:enabled').waitFor();
  await page.keyboard.press('Enter');
}
