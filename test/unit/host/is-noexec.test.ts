import { describe, expect, test } from "bun:test";
import { isNoexecIn } from "../../../src/host/is-noexec.ts";

const mountinfo = `22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
30 22 0:25 / /var rw,noexec - tmpfs tmpfs rw
31 30 0:26 / /var/lib/mu\\040ster rw,nosuid - tmpfs tmpfs rw
32 22 0:27 / /data rw - tmpfs tmpfs rw
33 22 0:28 / /data rw,noexec,nodev - tmpfs tmpfs rw
`;

describe("a file system that runs nothing", () => {
  test.each([
    ["/etc/passwd", false],
    ["/var/lib/x", true],
    ["/var/lib/mu ster/vec0.so", false],
    ["/variable/x", false],
    ["/data/x", true],
    ["/data", true],
  ])("is told by the mount that holds the path: %s", (path, isNoexec) => {
    expect(isNoexecIn(mountinfo, path)).toBe(isNoexec);
  });
});
