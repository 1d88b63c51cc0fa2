import { expect, test } from "bun:test";
import { isServiceManifest, serviceVariables, unitReach } from "../../../src/host/unit-reach.ts";

test("files of homes and temporary folders are hidden from the service, others are not", () => {
  const paths = ["/srv/model.gguf", "/home/ada/model.gguf", "/tmp/ca.pem", "/root/x", "/homes/y", "/etc/muster/p.txt"];
  expect(unitReach(paths, []).hidden).toEqual(["/home/ada/model.gguf", "/root/x", "/tmp/ca.pem"]);
  expect(unitReach(["/srv/model.gguf"], [])).toEqual({ hidden: [], dropIn: undefined });
});

test("the drop-in shows them, and with it in place nothing is hidden", () => {
  const paths = ["/home/ada/model.gguf", "/tmp/ca.pem"];
  const { dropIn = "" } = unitReach(paths, []);
  expect(dropIn).toBe(
    "[Service]\nProtectHome=tmpfs\nBindReadOnlyPaths=-/home/ada/model.gguf\nBindReadOnlyPaths=-/tmp/ca.pem\n",
  );
  expect(unitReach(paths, [dropIn])).toEqual({ hidden: [], dropIn: undefined });
});

test("a new drop-in keeps what an earlier one shows", () => {
  const { dropIn } = unitReach(["/home/ada/a", "/home/ada/b"], ["[Service]\nBindReadOnlyPaths=-/home/ada/a:/x\n"]);
  expect(dropIn).toContain("BindReadOnlyPaths=-/home/ada/a\nBindReadOnlyPaths=-/home/ada/b\n");
});

test("a drop-in that opens the homes hides nothing of them", () => {
  expect(unitReach(["/home/ada/a", "/tmp/b"], ["[Service]\nProtectHome=read-only\n"]).hidden).toEqual(["/tmp/b"]);
  expect(unitReach(["/home/ada/a"], ["ProtectHome=no\n", "ProtectHome=yes\n"]).hidden).toEqual(["/home/ada/a"]);
});

test("outside of the service its manifest's credentials are the files that systemd would load", () => {
  expect(serviceVariables("/etc/muster/agents.yaml", {})).toEqual({ CREDENTIALS_DIRECTORY: "/etc/muster/credentials" });
  expect(serviceVariables("/etc/muster/agents.yaml", { CREDENTIALS_DIRECTORY: "/run/c" })).toEqual({
    CREDENTIALS_DIRECTORY: "/run/c",
  });
  expect(serviceVariables("/srv/agents.yaml", {})).toEqual({});
  expect(isServiceManifest("/etc/musterous/agents.yaml")).toBe(false);
});
