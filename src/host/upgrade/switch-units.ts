// The units that switch versions: one makes the switch, the other goes back when that one fails, is killed, or was cut off by a boot.

import { unitName } from "../systemd-unit.ts";
import { upgradePlaces } from "./places.ts";
import { switchScriptPath } from "./switch-script.ts";

export const upgradeUnitName = "muster-upgrade.service";
export const rollbackUnitName = "muster-rollback.service";

const { pending } = upgradePlaces();

export function upgradeUnit(): string {
  return `[Unit]
Description=Switch Muster to another version
Documentation=man:muster(1)
ConditionPathExists=${pending}
OnFailure=${rollbackUnitName}

[Service]
Type=oneshot
ExecStart=/bin/sh ${switchScriptPath} go
# The stop of the old version and the start of the new one have limits of their own.
TimeoutStartSec=600
`;
}

export function rollbackUnit(): string {
  return `[Unit]
Description=Go back to the version of Muster before an upgrade that was not confirmed
Documentation=man:muster(1)
ConditionPathExists=${pending}
# At boot the version that is started is the right one.
Before=${unitName}

[Service]
Type=oneshot
ExecStart=/bin/sh ${switchScriptPath} back
TimeoutStartSec=300

[Install]
WantedBy=multi-user.target
`;
}
