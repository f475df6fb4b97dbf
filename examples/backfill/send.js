import { examplePayload, signDelivery } from 'bigmind-webhooks/testing';

const secret = process.env.BIGMIND_WEBHOOK_SECRET;
const atOnce = 50;

/** Stands for Bigmind: sends that many notes, and counts the answers by status. */
export async function send(webhooks, count) {
  const answers = {};
  let sent = 0;
  async function sendSome() {
    while (sent < count) {
      const note_id = `note_${String(sent++).padStart(4, '0')}`;
      const payload = examplePayload('notes_created', { data: { note_id } });
      const { status } = await webhooks.receive(signDelivery({ payload, secret }));
      answers[status] = (answers[status] ?? 0) + 1;
    }
  }
  await Promise.all(Array.from({ length: atOnce }, sendSome));
  return answers;
}
