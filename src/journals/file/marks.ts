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
    const written = this.#read().then((marks) => this.#write(marks, name, position));
    // After an error, the file says which marks count: it may have been replaced before.
    void this.#take(written.catch(() => readMarks(this.#folder)));
    await written;
  }

  #read(): Promise<ReadonlyMap<string, string>> {
    return this.#marks ?? this.#take(readMarks(this.#folder));
  }

  #take(marks: Promise<ReadonlyMap<string, string>>): Promise<ReadonlyMap<string, string>> {
    this.#marks = marks;
    // Where it cannot be read, the next use tries again.
    void marks.catch(() => {
      if (this.#marks === marks) this.#marks = undefined;
    });
    return marks;
  }

  async #write(
    marks: ReadonlyMap<string, string>,
    name: string,
    position: string | undefined,
  ): Promise<ReadonlyMap<string, string>> {
    if (marks.get(name) === position) {
      await this.#folder.syncRest();
      return marks;
    }
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
