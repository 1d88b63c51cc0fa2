// The Debian changelog, whose text is the project's own.

import { debianVersion } from "./control.ts";

export function debianChangelog(version: string, mtimeS: number): string {
  const date = new Date(mtimeS * 1000).toUTCString().replace("GMT", "+0000");
  return `muster (${debianVersion(version)}) unstable; urgency=medium

  * Version ${version}. What is new: /usr/share/doc/muster/NEWS.gz

 -- The Muster authors <muster@localhost.invalid>  ${date}
`;
}
