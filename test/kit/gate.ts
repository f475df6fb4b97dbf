/** A promise that a test keeps or breaks when it is time. */
export interface Gate {
  readonly passed: Promise<void>;
  open(): void;
  fail(error: unknown): void;
}

export function gate(): Gate {
  let open = (): void => undefined;
  let fail = (_error: unknown): void => undefined;
  const passed = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { passed, open, fail };
}
