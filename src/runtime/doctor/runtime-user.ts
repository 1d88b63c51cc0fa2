// Who the runtime is on this machine, and what its unit lets it see and change.

import { systemUser, type SystemUser } from "../../host/system-user.ts";
import { serviceUser } from "../../host/systemd-unit.ts";
import { readUnitDropIns, unitDropInFolder, unitReach, unitWrites } from "../../host/unit-reach.ts";

export interface RuntimeUser {
  /** Undefined: who asks. */
  readonly user: SystemUser | undefined;
  /** Texts of the unit's drop-ins; undefined where no unit confines it. */
  readonly dropIns: readonly string[] | undefined;
}

export function runtimeUser(isService: boolean): RuntimeUser {
  return isService
    ? { user: systemUser(serviceUser), dropIns: readUnitDropIns() }
    : { user: undefined, dropIns: undefined };
}

/** What the unit keeps from the service at that place, with what shows it; undefined: nothing. */
export function unitProblem(
  path: string,
  writes: boolean,
  { dropIns }: RuntimeUser,
): { readonly text: string; readonly remedy: string } | undefined {
  if (dropIns === undefined) return undefined;
  const { hidden, dropIn = "" } = unitReach([path], dropIns);
  if (hidden.length > 0) {
    const shown = writes ? dropIn.replace(`BindReadOnlyPaths=-${path}`, `BindPaths=-${path}`) : dropIn;
    return { text: `The service's unit hides "${path}" from it`, remedy: write(shown) };
  }
  if (!writes || unitWrites(path, dropIns)) return undefined;
  const remedy = write(`[Service]\nReadWritePaths=${path}\n`);
  return { text: `The service's unit lets it read "${path}" and not write there`, remedy };
}

function write(dropIn: string): string {
  return `Add this to ${unitDropInFolder}/tools.conf, then: systemctl daemon-reload && systemctl restart muster\n${dropIn}`;
}
