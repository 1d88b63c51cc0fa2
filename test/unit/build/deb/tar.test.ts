import { expect, test } from "bun:test";
import { tarArchive } from "../../../../build/deb/tar.ts";
import { runProgram } from "../../../support/run-program.ts";

const content = new TextEncoder().encode("hello\n");

test("tar lists what was put in, of root, with its mode and time", async () => {
  const archive = tarArchive(
    [
      { type: "folder", path: "", mode: 0o755 },
      { type: "folder", path: "etc", mode: 0o700 },
      { type: "file", path: "etc/a", mode: 0o640, content },
      { type: "link", path: "etc/b", to: "a" },
    ],
    86_400,
  );
  const path = `${process.env["TMPDIR"] ?? "/tmp"}/muster-tar-${process.pid}.tar`;
  await Bun.write(path, archive);
  const { stdout } = await runProgram(["tar", "--utc", "-tvf", path], { env: { PATH: "/usr/bin:/bin", LC_ALL: "C" } });
  await Bun.file(path).delete();
  expect(stdout.split("\n").map((line) => line.replace(/ +/g, " "))).toEqual([
    "drwxr-xr-x root/root 0 1970-01-02 00:00 ./",
    "drwx------ root/root 0 1970-01-02 00:00 ./etc/",
    "-rw-r----- root/root 6 1970-01-02 00:00 ./etc/a",
    "lrwxrwxrwx root/root 0 1970-01-02 00:00 ./etc/b -> a",
    "",
  ]);
});

test("a path that does not fit is refused", () => {
  expect(() => tarArchive([{ type: "file", path: "a".repeat(99), mode: 0o644, content }], 0)).toThrow(RangeError);
});
