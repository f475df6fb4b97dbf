/** A chunk of fewer bytes is short. Node takes far longer for it than for its bytes. */
const shortChunk = 256;
/** A body with this many short chunks is in crumbs. */
const manyShortChunks = 1000;

/** Counts the short chunks of a body. It takes the length of each chunk, and says of one alone that with it the body is in crumbs. */
export function crumbCounter(): (bytes: number) => boolean {
  let short = 0;
  return (bytes) => {
    if (bytes >= shortChunk) return false;
    short += 1;
    return short === manyShortChunks;
  };
}
