// Everything that an executable may carry, for whichever target.

import { engineNotices } from "../engine/engine-notices.ts";
import { root } from "../paths.ts";
import { nativeNotices } from "./native-notices.ts";
import type { Notice } from "./notice.ts";
import { npmNotices } from "./npm-notices.ts";
import { pdfLibraryNotice } from "./pdf-library-notice.ts";

/** Of the runtime, nats-server, the packages of npm, what is inside of them, and the model engine; installs the engine's packages when they aren't there yet. */
export async function allNotices(): Promise<Notice[]> {
  return distinct([...nativeNotices(), ...npmNotices(root), pdfLibraryNotice(root), ...(await engineNotices())]);
}

/** A package that two parts hold in one version is listed once. */
function distinct(notices: readonly Notice[]): Notice[] {
  return [...new Map(notices.map((notice) => [notice.purl, notice])).values()];
}
