import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  askedStateDirectory,
  chooseStateDirectory,
  makeStateDirectory,
  StateDirectoryError,
} from "../../../src/host/state-directory.ts";

const nobody = (): string => {
  throw new Error("no such user");
};

describe("chooseStateDirectory", () => {
  const all = { STATE_DIRECTORY: "/var/lib/muster:/var/lib/other", XDG_STATE_HOME: "/xdg", HOME: "/home/a" };

  test("takes --state before anything else, made absolute", () => {
    expect(chooseStateDirectory({ flag: "/tmp/s", environment: all })).toBe("/tmp/s");
    expect(chooseStateDirectory({ flag: "s", environment: all })).toBe(join(process.cwd(), "s"));
  });

  test("takes the first of systemd's list as it is", () => {
    expect(chooseStateDirectory({ environment: all })).toBe("/var/lib/muster");
  });

  test("takes XDG_STATE_HOME, but not a relative one", () => {
    expect(chooseStateDirectory({ environment: { XDG_STATE_HOME: "/xdg", HOME: "/home/a" } })).toBe("/xdg/muster");
    expect(chooseStateDirectory({ environment: { XDG_STATE_HOME: "xdg", HOME: "/home/a" } })).toBe(
      "/home/a/.local/state/muster",
    );
  });

  test("asks the user database when HOME is missing or empty", () => {
    const homeOfUser = (): string => "/home/db";
    expect(chooseStateDirectory({ environment: {}, homeOfUser })).toBe("/home/db/.local/state/muster");
    expect(chooseStateDirectory({ environment: { HOME: "" }, homeOfUser })).toBe("/home/db/.local/state/muster");
  });

  test("says what to name when nobody knows a home", () => {
    expect(() => chooseStateDirectory({ environment: {}, homeOfUser: nobody })).toThrow(
      "No state directory: HOME is not set and the user database names no home. Name one with --state DIR or STATE_DIRECTORY",
    );
  });
});

describe("makeStateDirectory", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "muster-state-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("makes it for its user alone", () => {
    const path = join(folder, "a", "b");
    makeStateDirectory(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  test("leaves the mode of one that exists", () => {
    const path = join(folder, "c");
    makeStateDirectory(path);
    makeStateDirectory(path);
    expect(statSync(path).isDirectory()).toBe(true);
  });

  test("names the file that is in the way", () => {
    const path = join(folder, "file");
    writeFileSync(path, "");
    expect(() => makeStateDirectory(path)).toThrow(StateDirectoryError);
    expect(() => makeStateDirectory(join(path, "below"))).toThrow(
      /Cannot make the state directory ".*below": .*--state DIR/,
    );
  });
});

test("who asks a runtime means the service's, unless another is named or runs as the user's own", () => {
  const environment = { HOME: "/home/a" };
  const service = "/var/lib/muster";
  const own = "/home/a/.local/state/muster";
  const asked = (there: readonly string[], choice: object = {}) =>
    askedStateDirectory({ environment, platform: "linux", ...choice }, (path) => there.includes(path));
  expect(asked([service])).toBe(service);
  expect(asked([])).toBe(own);
  expect(asked([service, `${own}/control.sock`])).toBe(own);
  expect(asked([service], { flag: "/s" })).toBe("/s");
  expect(asked([service], { environment: { ...environment, STATE_DIRECTORY: "/run/s" } })).toBe("/run/s");
});
