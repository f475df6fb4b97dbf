/** 700 → '700 B', 20_000 → '20 KB'. */
export function sizeText(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${bytes / 1000} KB` : `${bytes / 1e6} MB`;
}
