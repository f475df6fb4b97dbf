/** The same function, of which only the first call does anything. */
export function onlyOnce(act: () => void): () => void {
  let isDue = true;
  return () => {
    if (isDue) act();
    isDue = false;
  };
}
