// Characters that are invisible, or change how others look: controls, direction marks and overrides, zero-width
// characters, line separators, fillers, tags, halves of surrogate pairs. The selector of colourful emoji may stay.
const unseen = /(?!\ufe0f)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** A run of text: as it is, or an escape in place of an invisible character. */
export interface TextRun {
  readonly text: string;
  readonly escape: boolean;
}

/** Splits text into runs, so that an escape differs from text that only looks like one. */
export function textRuns(text: string): readonly TextRun[] {
  const runs: TextRun[] = [];
  let end = 0;
  for (const { 0: character, index } of text.matchAll(unseen)) {
    if (index > end) runs.push({ text: text.slice(end, index), escape: false });
    runs.push({ text: escapeOf(character), escape: true });
    end = index + character.length;
  }
  if (end < text.length) runs.push({ text: text.slice(end), escape: false });
  return runs;
}

/** Replaces invisible characters by escapes: `\u202e` for a right-to-left override, `\n` for a line feed. */
export function visibleText(text: string): string {
  return text.replace(unseen, escapeOf);
}

/** Replaces invisible characters by escapes of JSON, in JSON without line ends between its parts. */
export function escapeUnseen(json: string): string {
  return json.replace(unseen, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${hex(character.charCodeAt(index)).padStart(4, '0')}`,
    ).join(''),
  );
}

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return short[character] ?? (code > 0xffff ? `\\u{${hex(code)}}` : `\\u${hex(code).padStart(4, '0')}`);
}

function hex(code: number): string {
  return code.toString(16);
}
