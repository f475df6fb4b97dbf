import { confirm, isAskable } from '../confirm';
import type { Io } from '../io';

export type Language = 'javascript' | 'typescript';

export interface LanguageOptions {
  readonly javascript?: true;
  readonly typescript?: true;
}

/** The language that was named, else the one that a person at a terminal says. Elsewhere JavaScript, which needs no compiler. */
export async function chosenLanguage({ javascript, typescript }: LanguageOptions, io: Io): Promise<Language> {
  if (typescript) return 'typescript';
  if (javascript || !isAskable(io)) return 'javascript';
  return (await confirm('Write it in TypeScript?', io)) ? 'typescript' : 'javascript';
}
