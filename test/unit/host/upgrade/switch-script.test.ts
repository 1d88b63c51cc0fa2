import { expect, test } from "bun:test";
import { switchScript } from "../../../../src/host/upgrade/switch-script.ts";
import { rollbackUnit, upgradeUnit } from "../../../../src/host/upgrade/switch-units.ts";
import { runProgram } from "../../../support/run-program.ts";

test("the switch is a script that any shell reads", async () => {
  const { code, stderr } = await runProgram(["sh", "-n"], { stdin: switchScript() });
  expect([code, stderr]).toEqual([0, ""]);
});

test("the unit that switches names the one that goes back, which comes before the service at boot", () => {
  expect(upgradeUnit()).toContain("OnFailure=muster-rollback.service\n");
  expect(rollbackUnit()).toContain("Before=muster.service\n");
  expect(rollbackUnit()).toContain("WantedBy=multi-user.target\n");
  for (const unit of [upgradeUnit(), rollbackUnit()]) {
    expect(unit).toContain("ConditionPathExists=/usr/local/lib/muster/upgrade/pending\n");
  }
});
