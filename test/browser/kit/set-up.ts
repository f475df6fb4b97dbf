import { makeStage, type OpenPage, type Stage, startApp } from './stage';

/** What the tests of a file have in common. It is there once they run. */
export interface SetUp {
  readonly stage: Stage;
  readonly app: Awaited<ReturnType<typeof startApp>>;
  /** Opened anew for each test. */
  readonly opened: OpenPage;
}

type Options = Parameters<typeof makeStage>[0];

/** A `listen` and an app for the tests of a file, and a page for each, in which nothing may go wrong. */
export function setUp(
  fill: (stage: Stage) => Promise<unknown>,
  options: (appUrl: string) => Options = () => ({}),
): SetUp {
  const held: { -readonly [Name in keyof SetUp]?: SetUp[Name] | undefined } = {};
  beforeAll(async () => {
    held.app = await startApp();
    held.stage = await makeStage(options(held.app.url));
    await fill(held.stage);
  });
  beforeEach(async () => {
    held.opened = await held.stage?.open();
  });
  afterEach(async () => {
    expect(held.opened?.offences).toStrictEqual([]);
    await held.opened?.page.context().close();
  });
  afterAll(async () => {
    await held.stage?.remove();
    held.app?.close();
  });
  return held as SetUp;
}
