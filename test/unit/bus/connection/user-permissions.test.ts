import { expect, test } from "bun:test";
import { permitted, readPermissions } from "../../../../src/bus/connection/user-permissions.ts";

function rules(publish: unknown) {
  return (
    readPermissions(JSON.stringify({ data: { account: "$G", permissions: { publish } } }))?.publish ?? {
      deny: ["none"],
    }
  );
}

test("a user without permissions may use everything", () => {
  const permissions = readPermissions(JSON.stringify({ data: { user: "ada", account: "$G" } }));
  expect(permissions).toEqual({ publish: { deny: [] }, subscribe: { deny: [] } });
  expect(permitted("plant.>", permissions?.publish ?? { deny: [">"] })).toBe("all");
});

test("what is on the list is permitted, a part of it in part, and the rest not", () => {
  const allow = rules({ allow: ["plant.line3.*", "plant.line4.> workers"] });
  expect(permitted("plant.line3.alarm", allow)).toBe("all");
  expect(permitted("plant.line4.a.b", allow)).toBe("all");
  expect(permitted("plant.>", allow)).toBe("some");
  expect(permitted("office.door", allow)).toBe("none");
});

test("what is denied is not permitted, whatever else is", () => {
  const deny = rules({ deny: ["plant.secret.>"] });
  expect(permitted("plant.secret.x", deny)).toBe("none");
  expect(permitted("plant.>", deny)).toBe("some");
  expect(permitted("plant.open", deny)).toBe("all");
});

test.each(["", "{}", "[]", '{"data":{}}', '{"data":{"account":7}}'])("%j tells of no permissions", (text) => {
  expect(readPermissions(text)).toBeUndefined();
});
