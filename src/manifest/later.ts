// Parts of the schema that are made when a manifest has them or a page asks for them: few manifests have many, and a start pays for each that is made.

import * as z from "zod/mini";

/** The schema that `make` makes, once and when it is needed first. Not for what may be left out by itself, or has a default in zod's sense. */
export function later<Inner extends z.core.SomeType>(make: () => Inner): z.ZodMiniLazy<Inner> {
  const part = z.lazy(make);
  // Asked of every key of a map, written or not; the part would be made for the answer.
  for (const question of ["optin", "optout"]) Object.defineProperty(part._zod, question, { value: undefined });
  return part;
}
