import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { type Listening, type ListeningOptions, startListening } from '../../../src/cli/inspector/listening';
import { signDelivery } from '../../../src/testing';

export const secret = 'the secret of the browser tests';

/** A page that is open, and what went on in it that should not have. */
export interface OpenPage {
  readonly page: Page;
  /** Console errors, exceptions, dialogs and requests to anywhere but the inspector. */
  readonly offences: readonly string[];
}

/** A receiver with its inspector, and a browser to look at it. */
export interface Stage extends Listening {
  open(options?: BrowserContextOptions): Promise<OpenPage>;
  /** Sends a delivery; signed with the secret unless another is given. */
  post(payload: unknown, options?: { readonly secret?: string }): Promise<number>;
  remove(): Promise<void>;
}

export async function makeStage(options: Partial<ListeningOptions> = {}): Promise<Stage> {
  const pageFolder = process.env['INSPECTOR_PAGE'];
  const workerFile = join(pageFolder ?? '', 'body-worker.js');
  const listening = await startListening({ port: 0, secret, pageFolder, workerFile, ...options });
  const browser = await launch();
  return {
    ...listening,
    open: (context) => openPage(browser, listening.inspector, context),
    async post(payload, { secret: given = secret } = {}) {
      const { headers, body } = signDelivery({ payload, secret: given });
      return (await fetch(listening.receiver, { method: 'POST', headers, body })).status;
    },
    async remove() {
      await browser.close();
      await listening.close();
    },
  };
}

/** Debian's. The whole browser opens a window of its own for each page, which takes twice the time. */
const shell = '/usr/bin/chromium-headless-shell';
const whole = '/usr/bin/chromium';

/** Fails where there is no browser: these tests are about nothing else. */
function launch(): Promise<Browser> {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? (existsSync(shell) ? shell : whole),
    args: [
      // Names lead nowhere: what a page loads from elsewhere is seen as a failed request.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
      ...(isRoot ? ['--no-sandbox'] : []),
    ],
  });
}

async function openPage(browser: Browser, address: string, options?: BrowserContextOptions): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const offences: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') offences.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => offences.push(`exception: ${error.message}`));
  page.on('dialog', (dialog) => {
    offences.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !url.startsWith('data:')) offences.push(`request: ${url}`);
  });
  await page.goto(address);
  await page.locator('#connection[data-state=live]').waitFor();
  return { page, offences };
}

/** An app that answers each delivery alike, and remembers what came. */
export async function startApp(status = 200, answer: string | Buffer = '{"app":"was here"}') {
  const came: { readonly headers: NodeJS.Dict<string | string[]>; readonly body: Buffer }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      came.push({ headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(status, { 'content-type': 'application/json' }).end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/webhooks/bigmind`,
    came,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
