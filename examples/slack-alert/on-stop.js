/** Calls `stop` once, when the process is told to end; it then ends by itself, as nothing is left to do. */
export function onStop(stop) {
  let stopping = false;
  function stopOnce() {
    if (stopping) return;
    stopping = true;
    // Whatever hangs: leave before the platform's patience ends.
    setTimeout(() => process.exit(1), 30_000).unref();
    stop();
  }
  process.on('SIGTERM', stopOnce);
  process.on('SIGINT', stopOnce);
}
