// The package's `copyright` file: our own licence and where the notices of everything that is carried are.

export function copyrightText(): string {
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: muster
Comment: What the executable carries is listed with its licences in
 /usr/share/doc/muster/THIRD-PARTY-NOTICES.gz.

Files: *
Copyright: 2026 The Muster authors
License: Apache-2.0
 On Debian systems, the full text of the Apache License version 2.0 is in
 "/usr/share/common-licenses/Apache-2.0".
`;
}
