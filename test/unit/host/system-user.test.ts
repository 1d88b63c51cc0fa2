import { expect, test } from "bun:test";
import { systemUser, systemUserName } from "../../../src/host/system-user.ts";

const files: Readonly<Record<string, string>> = {
  "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\nmuster:x:997:996::/var/lib/muster:/usr/sbin/nologin\n",
  "/etc/group": "root:x:0:\nmuster:x:996:\nrender:x:105:ada,muster\nother:x:7:musterer\n",
};

test("a user has its number and all its groups", () => {
  const read = (path: string) => files[path] ?? "";
  expect(systemUser("muster", read)).toEqual({ name: "muster", uid: 997, gids: [996, 105] });
  expect(systemUser("nobody", read)).toBeUndefined();
});

test("a number has the name that the system gives it", () => {
  const read = (path: string) => files[path] ?? "";
  expect([997, 0, 4].map((uid) => systemUserName(uid, read))).toEqual(["muster", "root", undefined]);
});
