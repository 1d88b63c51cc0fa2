import { expect, test } from "bun:test";
import { operatorName } from "../../../src/cli/operator-name.ts";

const nameOf = (uid: number) => (uid === 0 ? "root" : undefined);

test("an operator is who the system says, whatever the environment does", () => {
  expect(operatorName({}, { uid: 0, username: "unknown" }, nameOf)).toBe("root");
  expect(operatorName({ USER: "ann", SUDO_USER: "bob" }, { uid: 0, username: "ann" }, nameOf)).toBe("root (bob)");
});

test("an operator without a name in the system has its number, and its name where users have none", () => {
  expect(operatorName({ USER: "ann" }, { uid: 1007, username: "ann" }, nameOf)).toBe("uid 1007");
  expect(operatorName({}, { uid: -1, username: "ann" }, nameOf)).toBe("ann");
});
