import kit from './kit.cjs';

/** Runs the cases of a contract, one after the other. Ends the process with those that failed. */
export async function keepPromises(what, cases) {
  const failed = [];
  for (const { name, run } of cases) await run().catch((error) => failed.push(new Error(name, { cause: error })));
  if (failed.length > 0) {
    for (const error of failed) console.error(error);
    process.exit(1);
  }
  kit.proved(`${cases.length} promises of a ${what}`);
}
