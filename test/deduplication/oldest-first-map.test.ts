import * as fc from 'fast-check';
import { OldestFirstMap } from '../../src/deduplication/oldest-first-map';

/** What it promises, in the simplest way there is. */
class Model {
  readonly entries: [string, number][] = [];
  get(key: string): number | undefined {
    return this.entries.find(([known]) => known === key)?.[1];
  }
  set(key: string, value: number): void {
    const known = this.entries.find(([each]) => each === key);
    if (known === undefined) this.entries.push([key, value]);
    else known[1] = value;
  }
  delete(key: string): void {
    const at = this.entries.findIndex(([known]) => known === key);
    if (at >= 0) this.entries.splice(at, 1);
  }
  takeOldest(): readonly [string, number] | undefined {
    return this.entries.shift();
  }
}

const key = fc.oneof(fc.integer({ min: 0, max: 30 }).map(String), fc.string());
const step = fc.oneof(
  fc.record({ do: fc.constant('set' as const), key, value: fc.nat() }),
  fc.record({ do: fc.constant('get' as const), key }),
  fc.record({ do: fc.constant('delete' as const), key }),
  fc.record({ do: fc.constant('take' as const), times: fc.integer({ min: 1, max: 3 }) }),
);

test('it holds, replaces, deletes and gives its oldest as a list would, whatever the keys', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const [map, model] = [new OldestFirstMap<number>(), new Model()];
      for (const each of steps) {
        if (each.do === 'set') {
          map.set(each.key, each.value);
          model.set(each.key, each.value);
        } else if (each.do === 'get') {
          expect(map.get(each.key)).toBe(model.get(each.key));
          expect(map.has(each.key)).toBe(model.get(each.key) !== undefined);
        } else if (each.do === 'delete') {
          map.delete(each.key);
          model.delete(each.key);
        } else for (let n = 0; n < each.times; n++) expect(map.takeOldest()).toEqual(model.takeOldest());
        expect(map.size).toBe(model.entries.length);
      }
      expect([...map.values()]).toEqual(model.entries.map(([, value]) => value));
      for (const [known, value] of model.entries) expect(map.get(known)).toBe(value);
    }),
    { numRuns: 2000 },
  );
});

/** As a store does it: the oldest goes when another comes, one in five comes anew to the end. */
test.each([10, 1000, 3000])('with %i keys at a time, it is right after many times as many', (most) => {
  const map = new OldestFirstMap<number>();
  const model = new Map<string, number>();
  // Compared at the end: an expectation for each step takes a hundred times as long as the step.
  const said: unknown[] = [];
  const right: unknown[] = [];
  for (let n = 0; n < 20 * most + 5000; n++) {
    const name = `key ${n % 7 === 0 ? n - 3 : n}`;
    if (n % 5 === 0) {
      map.delete(name);
      model.delete(name);
    }
    map.set(name, n);
    model.set(name, n);
    if (model.size > most) {
      const [oldest = ''] = model.keys();
      said.push(...(map.takeOldest() ?? []));
      right.push(oldest, model.get(oldest));
      model.delete(oldest);
    }
    const other = `key ${n - most + 1}`;
    said.push(map.size, map.get(other));
    right.push(model.size, model.get(other));
  }
  expect(said).toEqual(right);
  expect([...map.values()]).toEqual([...model.values()]);
  for (const name of [...model.keys()]) map.delete(name);
  expect([map.size, map.takeOldest(), [...map.values()]]).toStrictEqual([0, undefined, []]);
});
