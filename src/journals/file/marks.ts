import { describeError } from '../../foundations/describe-error';
import type { Folder } from './folder';

export const marksName = 'marks.json';

/** How far replays are, by name, in a small file that is written whole. */
export class Marks {
  readonly #folder: Folder;
  #marks: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(folder: Folder) {
    this.#folder = folder;
  }

  async get(name: string): Promise<string | undefined> {
    return (await this.#read()).get(name);
  }

  /** Resolves when the mark is durable. One is written after the other. */
  async set(name: string, position: string | undefined): Promise<void> {
    const before = this.#read();
    const written = before.then((marks) => this.#write(marks, name, position));
    // What could not be written leaves the marks as they were.
    this.#marks = written.catch(() => before);
    await written;
  }

  #read(): Promise<ReadonlyMap<string, string>> {
    this.#marks ??= readMarks(this.#folder).catch((error: unknown) => {
      this.#marks = undefined;
      throw error;
    });
    return this.#marks;
  }

  async #write(
    marks: ReadonlyMap<string, string>,
    name: string,
    position: string | undefined,
  ): Promise<ReadonlyMap<string, string>> {
    if (marks.get(name) === position) return marks;
    const next = new Map(marks);
    if (position === undefined) next.delete(name);
    else next.set(name, position);
    const text = JSON.stringify({ version: 1, marks: [...next] });
    await this.#folder.replace(marksName, (file) => file.writeFile(`${text}\n`));
    return next;
  }
}

async function readMarks(folder: Folder): Promise<ReadonlyMap<string, string>> {
  if (!(await folder.list()).includes(marksName)) return new Map();
  const file = await folder.open(marksName);
  try {
    const { marks } = JSON.parse(await file.readFile('utf8')) as { readonly marks: Iterable<[string, string]> };
    return new Map(marks);
  } catch (cause) {
    const what = `${folder.pathOf(marksName)} cannot be read: ${describeError(cause).message}`;
    throw new Error(`${what}. Remove it: replays begin anew.`, { cause });
  } finally {
    await file.close();
  }
}
