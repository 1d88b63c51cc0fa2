// What dpkg runs around the unpacking and removal of the package. The parts about systemd do what debhelper's do.

import { serviceUser, stateFolder, unitName } from "../../src/host/systemd-unit.ts";

/** By the name that dpkg wants. */
export const maintainerScripts: Readonly<Record<string, string>> = {
  postinst: `#!/bin/sh
set -e

if [ "$1" = "configure" ]; then
  systemd-sysusers ${serviceUser}.conf
fi

if [ "$1" = "configure" ] || [ "$1" = "abort-upgrade" ] || [ "$1" = "abort-deconfigure" ] || [ "$1" = "abort-remove" ]; then
  # Whoever disabled or masked the service keeps it so over upgrades.
  deb-systemd-helper unmask ${unitName} >/dev/null || true
  if deb-systemd-helper --quiet was-enabled ${unitName}; then
    deb-systemd-helper enable ${unitName} >/dev/null || true
  else
    deb-systemd-helper update-state ${unitName} >/dev/null || true
  fi
  if [ -d /run/systemd/system ]; then
    systemctl --system daemon-reload >/dev/null || true
    if [ -n "$2" ]; then action=restart; else action=start; fi
    deb-systemd-invoke $action ${unitName} >/dev/null || true
  fi
fi
`,
  prerm: `#!/bin/sh
set -e

if [ "$1" = "remove" ] && [ -d /run/systemd/system ]; then
  deb-systemd-invoke stop ${unitName} >/dev/null || true
fi
`,
  postrm: `#!/bin/sh
set -e

if [ "$1" = "remove" ] && [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload >/dev/null || true
fi

if [ "$1" = "remove" ] && command -v deb-systemd-helper >/dev/null; then
  deb-systemd-helper mask ${unitName} >/dev/null || true
fi

if [ "$1" = "purge" ]; then
  if command -v deb-systemd-helper >/dev/null; then
    deb-systemd-helper purge ${unitName} >/dev/null || true
    deb-systemd-helper unmask ${unitName} >/dev/null || true
  fi
  # State, drop-ins and secrets are ours alone. The user stays: its number must not come to belong to another.
  rm -rf ${stateFolder} /etc/muster
fi
`,
};
