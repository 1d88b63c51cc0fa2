import { expect, test } from "bun:test";
import { doctorEnd, doctorJson, doctorRows } from "../../../src/cli/doctor-text.ts";
import type { Diagnosis } from "../../../src/runtime/doctor/doctor.ts";
import { ok, problem, warning } from "../../../src/runtime/doctor/finding.ts";

const plain = { hasColour: false };

function diagnosis(...findings: Diagnosis["checks"][number]["findings"]): Diagnosis {
  const checks = [{ check: "disk", findings }];
  return {
    version: "1.0.0",
    at: "2026-11-22T10:00:00.000Z",
    offline: false,
    manifest: "/m",
    stateDirectory: "/s",
    checks,
  };
}

test("a row says result, check and finding, and under it what to do", () => {
  expect(doctorRows({ check: "disk", findings: [ok("1 GB free"), problem("Full", "Free space")] }, plain)).toBe(
    "ok       disk             1 GB free\nproblem  disk             Full\n         -> Free space\n",
  );
});

test("a file to write stands below its remedy, indented", () => {
  const rows = doctorRows({ check: "unit", findings: [problem("Hidden", "Write it:\n\n[Service]\nA=b\n")] }, plain);
  expect(rows).toBe(
    "problem  unit             Hidden\n         -> Write it:\n\n            [Service]\n            A=b\n",
  );
});

test("what a model or server says does nothing to the terminal", () => {
  const rows = doctorRows({ check: "model x", findings: [problem("a\u001b[2Jb\nc", "d\u001b]0;t\u0007e")] }, plain);
  expect(rows).toBe("problem  model x          a[2Jb c\n         -> d]0;te\n");
});

test("the end counts what is wrong", () => {
  expect(doctorEnd(diagnosis(ok("x")), plain)).toBe("\nNothing is wrong\n");
  expect(doctorEnd(diagnosis(problem("x", "y"), problem("x", "y"), warning("x", "y")), plain)).toBe(
    "\n2 problems, 1 warning. What to do stands below each\n",
  );
});

test("programs get the same in a stable shape", () => {
  expect(JSON.parse(doctorJson(diagnosis(warning("Tight", "Free space", { freeBytes: 5 }))))).toEqual({
    ok: true,
    version: "1.0.0",
    at: "2026-11-22T10:00:00.000Z",
    offline: false,
    manifest: "/m",
    stateDirectory: "/s",
    checks: [
      {
        check: "disk",
        findings: [{ result: "warning", text: "Tight", remedy: "Free space", facts: { freeBytes: 5 } }],
      },
    ],
  });
});
