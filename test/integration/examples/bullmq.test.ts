import { makeWorkspace, removeWorkspace } from '../../docs/workspace';
import { type OwnRedis, startRedis } from '../kit/own-redis';
import { closeConnections } from '../kit/sender';
import { type Crm, exampleIn, startCrm } from './kit';
import { expectHandledOnce, expectRedriven, startBoth } from './web-and-worker';

let workspace: string;
let redis: OwnRedis;
let crm: Crm;

beforeAll(async () => {
  workspace = makeWorkspace();
  redis = await startRedis();
  crm = await startCrm();
});

afterAll(async () => {
  crm.close();
  closeConnections();
  await redis.remove();
  removeWorkspace(workspace);
});

test('the bullmq example handles a delivery in its worker, a repeat of it never, and a dead letter when told to', async () => {
  const example = await exampleIn(workspace, 'bullmq', { REDIS_URL: redis.url, CRM_URL: crm.url, ATTEMPTS: '1' });
  const command = await startBoth(example);
  await expectHandledOnce(example, command, crm);
  await expectRedriven(example, command, crm);
  expect(await command.stop()).toEqual({ code: 0, signal: null, output: expect.any(String) });
});
