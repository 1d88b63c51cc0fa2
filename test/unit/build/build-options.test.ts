import { describe, expect, test } from "bun:test";
import { parseBuildOptions } from "../../../build/build-options.ts";
import { targets } from "../../../build/target/target.ts";

describe("parseBuildOptions", () => {
  test("means this machine when nothing is said", () => {
    expect(parseBuildOptions([])).toMatchObject({ isForHere: true, natsServer: "auto" });
    expect(parseBuildOptions([]).targets).toHaveLength(1);
  });

  test("means every target with --all", () => {
    expect(parseBuildOptions(["--all"]).targets).toEqual(targets);
  });

  test("takes several targets and the origin of nats-server", () => {
    const options = parseBuildOptions(["--target", "linux-arm64", "--target", "linux-x64", "--nats-server=go"]);
    expect(options.targets.map((target) => target.name)).toEqual(["linux-arm64", "linux-x64"]);
    expect(options).toMatchObject({ isForHere: false, natsServer: "go" });
  });

  test("refuses what it does not know", () => {
    expect(() => parseBuildOptions(["--nats-server", "rust"])).toThrow(
      'Unknown --nats-server "rust": choose auto, wheel or go',
    );
    expect(() => parseBuildOptions(["--fast"])).toThrow(/--fast/);
  });
});
