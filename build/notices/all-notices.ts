// Everything that an executable may carry, for whichever target.

import { engineNotices } from "../engine/engine-notices.ts";
import { root } from "../paths.ts";
import { nativeNotices } from "./native-notices.ts";
import type { Notice } from "./notice.ts";
import { npmNotices } from "./npm-notices.ts";

export async function allNotices(): Promise<Notice[]> {
  return [...nativeNotices(), ...npmNotices(root), ...(await engineNotices())];
}
