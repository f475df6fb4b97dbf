import { randomBytes } from 'node:crypto';
import { makeWorkspace, removeWorkspace } from '../../docs/workspace';
import { closeConnections } from '../kit/sender';
import { connectPostgres, databaseUrl } from '../services';
import { type Crm, exampleIn, startCrm } from './kit';
import { expectHandledOnce, expectRedriven, startBoth } from './web-and-worker';

const database = `example_${randomBytes(8).toString('hex')}`;
let workspace: string;
let crm: Crm;

async function administer(statement: string): Promise<void> {
  const pool = await connectPostgres();
  await pool.query(statement);
  await pool.end();
}

beforeAll(async () => {
  workspace = makeWorkspace();
  await administer(`CREATE DATABASE ${database}`);
  crm = await startCrm();
});

afterAll(async () => {
  crm.close();
  closeConnections();
  await administer(`DROP DATABASE ${database} WITH (FORCE)`);
  removeWorkspace(workspace);
});

test('the postgres example handles a delivery in its worker, a repeat of it never, and a dead letter when told to', async () => {
  const url = new URL(databaseUrl);
  url.pathname = `/${database}`;
  const example = await exampleIn(workspace, 'postgres', { DATABASE_URL: url.href, CRM_URL: crm.url, ATTEMPTS: '1' });
  const command = await startBoth(example);
  await expectHandledOnce(example, command, crm);
  await expectRedriven(example, command, crm);
  expect(await command.stop()).toEqual({ code: 0, signal: null, output: expect.any(String) });
});
