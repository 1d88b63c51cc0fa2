// `npm run demo|test|build|bench|soak` on a fresh clone: plain Node that installs what is missing, then runs the task on the installed Bun.

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findBun } from "./bootstrap/find-bun.mjs";
import { isInstalled } from "./bootstrap/installed.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [task = "", ...args] = process.argv.slice(2);

process.exitCode = await main();

async function main() {
  const script = join(root, "build", `${task}.ts`);
  if (!/^[a-z]+$/.test(task) || !existsSync(script))
    return fail(`Unknown task "${task}": choose demo, test, build, bench or soak`);
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20) return fail(`Node ${process.versions.node} is too old: install Node 20 or newer`);
  if (!isUpToDate()) {
    console.log("Installing the packages of package-lock.json (npm ci)");
    const code = await run("npm", ["ci", "--no-audit", "--no-fund"], { shell: process.platform === "win32" });
    if (code !== 0) return fail(`npm ci ended with code ${code}`);
  }
  const bun = findBun(root);
  if (bun === undefined)
    return fail("No Bun for this machine in node_modules: run npm ci, and look at what it says of @oven/bun-*");
  return run(bun, [script, ...args], { windowsHide: true });
}

function isUpToDate() {
  const installed = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  return isInstalled(readJson(join(root, "package-lock.json")), readJson(installed));
}

function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** Runs with our own input and output; resolves to its exit code, 128 + n for signal n, as a shell tells it. */
function run(program, argv, options) {
  return new Promise((resolve) => {
    const child = spawn(program, argv, { cwd: root, stdio: "inherit", ...options });
    const stopForwarding = forwardSignals(child);
    const end = (code) => {
      stopForwarding();
      resolve(code);
    };
    child.once("error", (error) => end(fail(`Cannot run "${program}": ${error.message}`)));
    child.once("close", (code, signal) => end(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

/** A Ctrl-C reaches the child by itself, and it decides when to end; what is sent to us alone is passed on. */
function forwardSignals(child) {
  const forward = (signal) => child.kill(signal);
  const wait = () => undefined;
  process.on("SIGTERM", forward).on("SIGHUP", forward).on("SIGINT", wait);
  return () => process.off("SIGTERM", forward).off("SIGHUP", forward).off("SIGINT", wait);
}

function fail(message) {
  console.error(message);
  return 1;
}
