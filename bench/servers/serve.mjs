// What the servers have in common: a port of their own, and an account of themselves when they are asked.
let handled = 0;

/** The handler: what a delivery is for does not matter here. */
export function handle() {
  handled += 1;
}

/** The same, for those that have an idempotency key. */
export function handleWithKey(key) {
  if (!/^[0-9a-f]{64}$/.test(key)) throw new Error(`bench: a key was ${key}`);
  handled += 1;
}

export function serve(app) {
  const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.on('message', () => {
    const peak = process.resourceUsage().maxRSS * 1024;
    process.send({ handled, resident: process.memoryUsage.rss(), peak });
  });
  process.on('disconnect', () => process.exit());
}
