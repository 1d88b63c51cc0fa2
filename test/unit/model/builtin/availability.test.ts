import { expect, test } from "bun:test";
import { engineAvailability } from "../../../../src/model/builtin/availability.ts";

test.each([
  ["linux", "x64"],
  ["linux", "arm64"],
])("the engine runs on %s-%s with glibc", (platform, arch) => {
  expect(engineAvailability({ platform, arch, isMusl: false })).toEqual({ available: true, reason: "" });
});

test.each([
  ["darwin", "arm64", false],
  ["win32", "x64", false],
  ["linux", "x64", true],
])("on %s-%s (musl: %p) the reason names the platform and what to use", (platform, arch, isMusl) => {
  const { available, reason } = engineAvailability({ platform, arch, isMusl });
  expect(available).toBe(false);
  expect(reason).toContain(`${platform}-${arch}`);
  expect(reason).toContain('provider "ollama"');
});
