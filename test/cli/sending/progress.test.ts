import type { Output } from '../../../src/cli/io';
import { progressLine, progressOn } from '../../../src/cli/sending/progress';

function outputOf(isTerminal: boolean, columns = 80): Output & { readonly written: string[] } {
  const written: string[] = [];
  return {
    written,
    isTerminal,
    isRedrawn: isTerminal,
    columns,
    write: (text) => void written.push(text),
    drained: () => Promise.resolve(),
    paint: (_style, text) => text,
  };
}

test('tells count, share, rate, and the time that is left at that rate', () => {
  expect(progressLine(2500, 10_000, 5)).toBe('[######------------------] 2500/10000 25% 500/s 15 s left');
  expect(progressLine(10, 10_000, 10)).toContain('1.0/s 2 h 46 min left');
  expect(progressLine(0, 10, 0)).toBe('[------------------------] 0/10 0% 0.0/s');
  expect(progressLine(10, 10, 2)).toMatch(/^\[#{24}\] 10\/10 100% 5\.0\/s 0 s left$/);
});

test('draws one line on a terminal, not for each request, and takes it away', () => {
  const output = outputOf(true, 30);
  let now = 0;
  const progress = progressOn(output, 1000, () => now);
  for (let done = 1; done <= 1000; done += 1) {
    now += 1;
    progress.show(done);
  }
  progress.clear();
  expect(output.written.length).toBeLessThan(15);
  expect(output.written.at(-1)).toBe('\r\u001b[K');
  // The rest of the line is cleared, and the cursor back at its start.
  const clear = '\u001b[K\r';
  for (const line of output.written.slice(0, -1)) {
    expect(line.endsWith(clear)).toBe(true);
    expect(line.slice(0, -clear.length)).toMatch(/^\r[^\n\r]{0,29}$/);
  }
});

test('writes nothing where nobody looks, or for a single request', () => {
  for (const [output, total] of [[outputOf(false), 1000] as const, [outputOf(true), 1] as const]) {
    const progress = progressOn(output, total);
    progress.show(1);
    progress.clear();
    expect(output.written).toStrictEqual([]);
  }
});
