// Is the service installed as this executable would install it, does it run, and does its unit let it see what it needs?

import { systemdUnit, type UnitOptions, unitName } from "../../host/systemd-unit.ts";
import { unitDropInFolder, type UnitReach } from "../../host/unit-reach.ts";
import type { Check } from "./check.ts";
import { type Finding, ok, problem, skipped, warning } from "./finding.ts";

export interface InstalledUnit {
  readonly path: string;
  readonly scope: UnitOptions["scope"];
  readonly text: string;
}

export interface UnitFacts {
  /** False: no systemd runs this machine. */
  readonly hasSystemd: boolean;
  readonly installed: InstalledUnit | undefined;
  /** Properties by name, as `systemctl show` prints them; undefined when the manager does not answer. Never rejects. */
  readonly show: (scope: UnitOptions["scope"]) => Promise<ReadonlyMap<string, string> | undefined>;
  /** Whether that path leads to the executable that runs now; undefined when there is none there. */
  readonly isThis: (path: string) => boolean | undefined;
  /** What the unit hides of what the service's manifest names. */
  readonly reach: UnitReach;
}

export const shownProperties = [
  "ActiveState",
  "SubState",
  "UnitFileState",
  "Result",
  "ExecMainStatus",
  "NRestarts",
  "NeedDaemonReload",
] as const;

const manyRestarts = 3;

export function checkUnit(facts: UnitFacts): Check {
  return { name: "unit", deadlineMs: 10_000, examine: () => unitFindings(facts) };
}

async function unitFindings({ hasSystemd, installed, show, isThis, reach }: UnitFacts): Promise<readonly Finding[]> {
  const hidden = hiddenFindings(reach);
  if (installed === undefined) {
    const reason = hasSystemd
      ? `${unitName} is not installed ("muster install" does that)`
      : "No systemd runs this machine";
    return hidden.length > 0 ? hidden : [skipped(reason)];
  }
  const shown = hasSystemd ? await show(installed.scope) : undefined;
  const state = shown === undefined ? [unanswered(hasSystemd)] : stateFindings(shown, installed);
  return [...state, ...textFindings(installed, isThis), ...hidden];
}

function unanswered(hasSystemd: boolean): Finding {
  return hasSystemd
    ? warning("systemd does not say how the service is", `Ask it yourself: systemctl status ${unitName}`)
    : skipped("The unit is installed, and no systemd runs this machine now");
}

function stateFindings(shown: ReadonlyMap<string, string>, { scope, path }: InstalledUnit): Finding[] {
  const of = (name: (typeof shownProperties)[number]): string => shown.get(name) ?? "";
  const systemctl = scope === "user" ? "systemctl --user" : "systemctl";
  const journal = scope === "user" ? "journalctl --user -u muster" : "journalctl -u muster";
  const restarts = Number(of("NRestarts")) || 0;
  const last = `last end: ${of("Result") || "unknown"}, status ${of("ExecMainStatus") || "unknown"}`;
  return [
    activeFinding(of("ActiveState"), of("SubState"), { path, last, systemctl, journal }),
    ...(restarts < manyRestarts
      ? []
      : [
          warning(
            `systemd has started the service again ${restarts} times; ${last}`,
            `${journal} -b says why it ended`,
            { restarts },
          ),
        ]),
    ...(of("UnitFileState") === "disabled"
      ? [warning("The service does not start with the machine", `${systemctl} enable ${unitName}`)]
      : []),
    ...(of("NeedDaemonReload") === "yes"
      ? [
          warning(
            "The unit was changed, and systemd has not read it since",
            `${systemctl} daemon-reload, then ${systemctl} restart muster`,
          ),
        ]
      : []),
  ];
}

interface UnitWords {
  readonly path: string;
  readonly last: string;
  readonly systemctl: string;
  readonly journal: string;
}

function activeFinding(active: string, sub: string, { path, last, systemctl, journal }: UnitWords): Finding {
  const text = `The service is ${active} (${sub}); ${last}`;
  switch (active) {
    case "active":
    case "reloading":
      return ok(`"${path}" is ${active}`);
    case "inactive":
    case "deactivating":
      return warning(text, `${systemctl} start muster, when it is to run`);
    default:
      return problem(text, `${journal} -n 50 says why; then ${systemctl} restart muster`);
  }
}

function textFindings({ path, text, scope }: InstalledUnit, isThis: UnitFacts["isThis"]): Finding[] {
  const [, executable, manifest] = /^ExecStart=(\S+) run --file (\S+)$/m.exec(text) ?? [];
  if (executable === undefined || manifest === undefined) return [changed(path)];
  const same = isThis(executable);
  if (same === undefined) {
    return [problem(`The unit starts "${executable}", which is not there`, "muster install puts it there again")];
  }
  return [
    ...(text === systemdUnit({ executable, manifest, scope }) ? [] : [changed(path)]),
    ...(same
      ? []
      : [
          warning(
            `The unit starts "${executable}", which is another executable than this one`,
            `Ask that one: ${executable} doctor`,
          ),
        ]),
  ];
}

function changed(path: string): Finding {
  return warning(
    `"${path}" is not what this version writes: changed by hand, or by another version`,
    "Put changes into a drop-in (systemctl edit muster), then muster install, or apt install --reinstall muster, writes the unit anew",
  );
}

function hiddenFindings({ hidden, dropIn }: UnitReach): Finding[] {
  if (dropIn === undefined) return [];
  const files = hidden.map((path) => `"${path}"`).join(", ");
  return [
    problem(
      `${unitName} cannot see ${files}, which the manifest names: the unit hides that folder from it`,
      `Write ${unitDropInFolder}/files.conf, then "systemctl daemon-reload" and "systemctl restart muster":\n\n${dropIn}`,
    ),
  ];
}
