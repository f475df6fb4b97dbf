// Prisma's client on the driver pg. It is generated here, for a schema of one model. That takes no engine, but the command would
// download one unless it is told where one is.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const schema = `generator client {
  provider = "prisma-client-js"
}
datasource db {
  provider = "postgresql"
}
model Note {
  id Int @id
}
`;

export async function makePrisma(connectionString) {
  writeFileSync('schema.prisma', schema);
  const cli = createRequire(import.meta.url).resolve('prisma/build/index.js');
  const { status } = spawnSync(process.execPath, [cli, 'generate', '--schema', 'schema.prisma', '--no-hints'], {
    stdio: 'inherit',
    env: {
      ...process.env,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    },
  });
  if (status !== 0) throw new Error('prisma generate failed');
  const [{ PrismaClient }, { PrismaPg }] = await Promise.all([import('@prisma/client'), import('@prisma/adapter-pg')]);
  return new PrismaClient({ adapter: new PrismaPg({ connectionString }) });
}
