// Waits for something that shows itself only when looked at.

/** Looks every 25 ms until `look` gives a value; throws with `what` when none came within `limitMs`. */
export async function until<Value>(
  what: string,
  look: () => Value | undefined | false | Promise<Value | undefined | false>,
  limitMs = 20_000,
): Promise<Value> {
  const end = performance.now() + limitMs;
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`Waited ${limitMs} ms in vain for ${what}`);
    await Bun.sleep(25);
  }
}
