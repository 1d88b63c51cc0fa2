// Everything that an executable may carry, for whichever target.

import { root } from "../paths.ts";
import { nativeNotices } from "./native-notices.ts";
import type { Notice } from "./notice.ts";
import { npmNotices } from "./npm-notices.ts";

export function allNotices(): Notice[] {
  return [...nativeNotices(), ...npmNotices(root)];
}
