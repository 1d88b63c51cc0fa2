// The machines that an executable is built for, and what each of its ingredients is called there.

import { isMusl } from "../../src/host/is-musl.ts";

export interface Target {
  /** The name in `dist/muster-<name>`. */
  readonly name: string;
  readonly os: "linux" | "darwin" | "windows";
  readonly arch: "x64" | "arm64";
  readonly libc?: "musl";
  /** npm package of the Bun runtime that the executable starts from, and the lock on its content (subresource integrity). */
  readonly runtime: { readonly package: string; readonly integrity: string };
}

export const targets: readonly Target[] = [
  {
    name: "linux-x64",
    os: "linux",
    arch: "x64",
    runtime: {
      package: "@oven/bun-linux-x64",
      integrity: "sha512-IWX9BELoGHAUtMonkeSaNaZwXzRk+oDw6Mk+HBFXd3KHYIBNBsIGRupMZPcgNoDbJpLu6gAJjIoIVPZtt1aJ1g==",
    },
  },
  {
    name: "linux-x64-baseline",
    os: "linux",
    arch: "x64",
    runtime: {
      package: "@oven/bun-linux-x64-baseline",
      integrity: "sha512-s8yMwYcFnnrA178gji0gZbkE2WVDej/Ti1x770oPfihxyRxSMNhGhiAQNXV53aDeraZxksdvKV/RAdQBCd0qPA==",
    },
  },
  {
    name: "linux-arm64",
    os: "linux",
    arch: "arm64",
    runtime: {
      package: "@oven/bun-linux-aarch64",
      integrity: "sha512-4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg==",
    },
  },
  {
    name: "linux-x64-musl",
    os: "linux",
    arch: "x64",
    libc: "musl",
    runtime: {
      package: "@oven/bun-linux-x64-musl",
      integrity: "sha512-10QoW/YfTgnURaGEaHpJCiXjLI2e5iTtfVDaA5JKcyUzaa1cq6cVUY9/Uq5XkYzvtRjHLRe9Oj/lTDIQcxy8HQ==",
    },
  },
  {
    name: "linux-arm64-musl",
    os: "linux",
    arch: "arm64",
    libc: "musl",
    runtime: {
      package: "@oven/bun-linux-aarch64-musl",
      integrity: "sha512-XCNc+WvvMAdNNb+OWTogpy+N9wm62fkVeEVLb6how0RZhW5LPi6c7BlkeVCuWps7XjEl2saFpHFa20/1E+PAHg==",
    },
  },
  {
    name: "darwin-arm64",
    os: "darwin",
    arch: "arm64",
    runtime: {
      package: "@oven/bun-darwin-aarch64",
      integrity: "sha512-4MIFXHmctH2EhAxLXm2/qxNtv17dFtLJylvaOCsrgq6KSqHTs6eW5YSrJjRbJxYUJaR901fsN8JfZOa+CsWpWQ==",
    },
  },
  {
    name: "darwin-x64",
    os: "darwin",
    arch: "x64",
    runtime: {
      package: "@oven/bun-darwin-x64",
      integrity: "sha512-qkLPMGHZM9NI6CeHTWwVezzmlo6cC4Ta7yUAjYIWXS366qQcOlcp75t2uZyiuVRBMPS0h9qE0tCcvCHGaFqjJg==",
    },
  },
  {
    name: "windows-x64",
    os: "windows",
    arch: "x64",
    runtime: {
      package: "@oven/bun-windows-x64",
      integrity: "sha512-FNvply651vcE/GHgNWz6mZvhmkwBuu8Hw54oNzA+CQog+HW+542rXQmZqNHRkFxazD9L3xi+iTtvO3engAgJfw==",
    },
  },
];

/** The target of that name; throws with the list of names when there is none. */
export function targetNamed(name: string): Target {
  const found = targets.find((target) => target.name === name);
  if (found !== undefined) return found;
  throw new Error(`Unknown target "${name}": choose one of ${targets.map((target) => target.name).join(", ")}`);
}

/** The target that runs on this machine. */
export function hostTarget(platform: string = process.platform, arch: string = process.arch): Target {
  const os = platform === "win32" ? "windows" : platform;
  const name = `${os}-${arch}${os === "linux" && isMusl() ? "-musl" : ""}`;
  return targetNamed(name);
}

/** The executable's file name for a target. */
export function executableName(target: Target): string {
  return `muster-${target.name}${target.os === "windows" ? ".exe" : ""}`;
}
