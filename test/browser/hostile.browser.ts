import { signDelivery } from '../../src/testing';
import { makeStage, type OpenPage, type Stage, secret } from './kit/stage';

const attacks = [
  '<script>document.title = "owned"; alert(1)</script>',
  '<img src=x onerror="alert(2)">',
  '<img src="https://evil.example/pixel.png">',
  '</style><style>* { display: none }</style>',
  '</script><svg onload=alert(3)>',
  '<iframe srcdoc="<script>parent.alert(4)</script>"></iframe>',
  '"><a href="javascript:alert(5)">click</a>',
  "' onfocus=alert(6) autofocus x='",
  '{{constructor.constructor("alert(7)")()}}',
  '\u202egnp.exe\u202c \u2066isolated\u2069 \u200bzero\ufeff',
  '\u0000\u0007\u001b[31mred\u001b[0m\u009b \u2028\u2029 \udead',
];

let stage: Stage;
let opened: OpenPage;

beforeAll(async () => {
  stage = await makeStage();
  const keys = Object.fromEntries(attacks.map((attack, index) => [`${attack}`, { __proto__: null, index }]));
  await stage.post({ event: attacks.join(' ').slice(0, 90), data: { attacks, keys } });
  await stage.post(`{"event":"todo_created","__proto__":{"x":"${'<b>bold</b>'}"},"data":${JSON.stringify(attacks)}}`);
  await stage.post(`<html><script>alert(8)</script>${attacks.join('')}`);
  await sendHeaders();
  opened = await stage.open();
});

afterAll(async () => {
  await stage?.remove();
});

/** Headers are as hostile as bodies, as far as HTTP lets them. */
async function sendHeaders(): Promise<void> {
  const { headers, body } = signDelivery({ payload: { event: 'x' }, secret });
  const hostile = { 'x-note': '<script>alert(9)</script>', 'x-signature': '"><img src=x onerror=alert(10)>' };
  const url = `${stage.receiver}?q=<script>alert(11)</script>`;
  await fetch(url, { method: 'POST', headers: { ...headers, ...hostile }, body });
}

test('nothing of a payload is ever more than text, in any part of the page', async () => {
  const { page, offences } = opened;
  const rows = page.locator('#list [role=option]');
  for (let index = 0; index < (await rows.count()); index += 1) {
    await rows.nth(index).click();
    await page.locator('#detail h2').waitFor();
    for (const part of ['1', '2', '3', '4', '5']) {
      await page.keyboard.press(part);
      await page.locator(`[role=tab][aria-selected=true]:nth-child(${part})`).waitFor();
    }
    await page.keyboard.press('1');
    const raw = page.getByRole('button', { name: 'As it came' });
    if ((await raw.count()) > 0) await raw.click();
  }
  const foreign = await page.evaluate(() => ({
    elements: [...document.querySelectorAll('script, style, img, iframe, object, embed, a, b, link')].map(
      (each) => each.outerHTML,
    ),
    handlers: [...document.querySelectorAll('*')].filter((each) =>
      each.getAttributeNames().some((name) => name.startsWith('on')),
    ).length,
    title: document.title,
  }));
  expect(
    foreign.elements.filter((html) => !/^<(script src="page\.js"|link rel="(icon|stylesheet)")/.test(html)),
  ).toStrictEqual([]);
  expect(foreign).toMatchObject({ handlers: 0, title: 'Bigmind webhooks inspector' });
  expect(offences).toStrictEqual([]);
});

test('what cannot be seen, or turns text around, is shown as an escape', async () => {
  const { page } = opened;
  await page.locator('#list [role=option]').last().click();
  await page.keyboard.press('1');
  await page.getByRole('button', { name: 'Unfold' }).click();
  const text = (await page.locator('.tree').textContent()) ?? '';
  for (const shown of [
    '\\u202egnp.exe\\u202c',
    '\\u2066isolated\\u2069',
    '\\u200bzero\\ufeff',
    '\\u0000\\u0007\\u001b[31m',
  ]) {
    expect(text).toContain(shown);
  }
  const unseen = /(?!\ufe0f)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
  const seen = await page.evaluate(() => document.body.textContent ?? '');
  // The line breaks of the page's own markup aside.
  expect(unseen.exec(seen.replaceAll('\n', ''))).toBeNull();
});

test('a policy stands behind that: what is put in as markup does not come to life', async () => {
  const { page } = await stage.open();
  const outcome = await page.evaluate(() => {
    try {
      document.body.innerHTML = '<img src=x onerror="alert(1)">';
      return 'markup was taken';
    } catch (error) {
      return (error as Error).name;
    }
  });
  expect(outcome).toBe('TypeError');
});
