// npm run dead-letters                         lists the deliveries whose attempts are used up, and why
// npm run dead-letters -- redrive <id or all>  gives them their attempts anew
// npm run dead-letters -- discard <id>         deletes one for good
import { disconnect, webhooks } from './webhooks.js';

const [command = 'list', id] = process.argv.slice(2);
const { deadLetters } = webhooks;
const commands = {
  async list() {
    const letters = await deadLetters.list({ limit: 100 });
    for (const { id, event, attempts, failedAt, reason } of letters) {
      console.log(`${id}  ${event}  ${attempts} attempts, the last ${failedAt.toISOString()}: ${reason}`);
    }
    return `${letters.length} dead letters`;
  },
  redrive: async () => `${await deadLetters.redrive(id)} redriven`,
  discard: async () => ((await deadLetters.discard(id)) ? '1 discarded' : 'There is none of that id.'),
};

try {
  if (!Object.hasOwn(commands, command)) throw new Error(`${command}: expected list, redrive or discard`);
  console.log(await commands[command]());
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await webhooks.close();
  await disconnect();
}
