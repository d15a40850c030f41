/** What a journey is made of: printed steps, and expectations that end it. */

let passed = 0;

/** Run one step and print it; the first failure ends the journey with exit code 1. */
export async function step<T>(title: string, run: () => Promise<T>): Promise<T> {
  try {
    const result = await run();
    passed += 1;
    console.log(`✓ ${title}`);
    return result;
  } catch (error) {
    console.log(`✗ ${title}`);
    console.error(error);
    process.exit(1);
  }
}

/** Fail unless the condition holds. */
export function expect(condition: unknown, text: string, seen?: unknown): asserts condition {
  if (!condition) throw new Error(`expected ${text}${seen === undefined ? "" : `, saw ${JSON.stringify(seen)}`}`);
}

/** The value, which must be there. */
export function present<T>(value: T | null | undefined, text: string): T {
  expect(value !== null && value !== undefined, text, value);
  return value;
}

/** Ask again until there is an answer that is not undefined. */
export async function eventually<T>(text: string, ask: () => Promise<T | undefined>, seconds = 30): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${text}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Say how many steps passed, and end well. */
export function finish(): never {
  console.log(`${passed} passed, 0 failed`);
  process.exit(0);
}
