import { expect, test } from "bun:test";
import { systemdUnit } from "../../../../src/host/systemd-unit.ts";
import { unitReach } from "../../../../src/host/unit-reach.ts";
import { checkUnit, type UnitFacts } from "../../../../src/runtime/doctor/check-unit.ts";
import { findingsOf, linesOf } from "./findings.ts";

const path = "/etc/systemd/system/muster.service";
const text = systemdUnit({ executable: "/usr/local/bin/muster", manifest: "/etc/muster/agents.yaml", scope: "system" });
const active = {
  ActiveState: "active",
  SubState: "running",
  UnitFileState: "enabled",
  Result: "success",
  NRestarts: "0",
};

function check(given: Partial<UnitFacts> = {}, shown: Readonly<Record<string, string>> = {}) {
  return checkUnit({
    hasSystemd: true,
    installed: { path, scope: "system", text },
    show: () => Promise.resolve(new Map(Object.entries({ ...active, ...shown }))),
    isThis: () => true,
    reach: { hidden: [], dropIn: undefined },
    ...given,
  });
}

test("a service that is installed as written and active is fine", async () => {
  expect(await linesOf(check())).toEqual([`ok: "${path}" is active`]);
});

test("one that failed says how it ended last and where to read on", async () => {
  const findings = await findingsOf(
    check({}, { ActiveState: "failed", SubState: "failed", Result: "exit-code", ExecMainStatus: "1" }),
  );
  expect(findings).toEqual([
    {
      result: "problem",
      text: "The service is failed (failed); last end: exit-code, status 1",
      remedy: "journalctl -u muster -n 50 says why; then systemctl restart muster",
    },
  ]);
});

test("one that is stopped, disabled, restarted again and again, or not reloaded is a warning each", async () => {
  const lines = await linesOf(
    check(
      {},
      { ActiveState: "inactive", SubState: "dead", UnitFileState: "disabled", NRestarts: "7", NeedDaemonReload: "yes" },
    ),
  );
  expect(lines.map((line) => line.split(":")[0])).toEqual(["warning", "warning", "warning", "warning"]);
});

test("a unit that was changed by hand, or starts what is not there, is told", async () => {
  const changed = text.replace("WatchdogSec=60", "WatchdogSec=600");
  expect((await linesOf(check({ installed: { path, scope: "system", text: changed } })))[1]).toContain(
    "is not what this version writes",
  );
  expect((await linesOf(check({ isThis: () => undefined })))[1]).toBe(
    'problem: The unit starts "/usr/local/bin/muster", which is not there',
  );
  expect((await linesOf(check({ isThis: () => false })))[1]).toContain("another executable than this one");
});

test("files that the unit hides are a problem, with the drop-in that shows them printed", async () => {
  const reach = unitReach(["/home/ada/model.gguf"], []);
  const findings = await findingsOf(check({ reach }));
  expect(findings[1]?.text).toContain('cannot see "/home/ada/model.gguf"');
  expect(findings[1]?.remedy).toContain(
    '/etc/systemd/system/muster.service.d/files.conf, then "systemctl daemon-reload"',
  );
  expect(findings[1]?.remedy).toEndWith("[Service]\nProtectHome=tmpfs\nBindReadOnlyPaths=-/home/ada/model.gguf\n");
  expect(await findingsOf(check({ reach, installed: undefined }))).toHaveLength(1);
});

test("no unit, and no systemd, are no problem", async () => {
  expect((await findingsOf(check({ installed: undefined })))[0]?.result).toBe("skipped");
  expect((await findingsOf(check({ installed: undefined, hasSystemd: false })))[0]?.result).toBe("skipped");
  expect((await findingsOf(check({ hasSystemd: false })))[0]?.result).toBe("skipped");
});
