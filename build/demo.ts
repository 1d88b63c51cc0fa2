// `npm run demo`: builds the executable for this machine, lets one agent answer over NATS, and cleans up behind itself.

import { join } from "node:path";
import { callText, lastCall } from "./demo/call-line.ts";
import { chooseModel, type DemoModel } from "./demo/choose-model.ts";
import { DemoRuntime } from "./demo/demo-runtime.ts";
import { dist, root } from "./paths.ts";

const question = process.argv.slice(2).join(" ") || "In two sentences: why is the sky blue?";
const executable = join(dist, process.platform === "win32" ? "muster.exe" : "muster");
const say = (line: string): void => console.log(line);

try {
  await demo();
} catch (error) {
  console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function demo(): Promise<void> {
  step("Building the executable for this machine");
  await build();
  step("Choosing a model");
  const model = await chooseModel(say);
  say(model.said);
  const manifest = demoManifest(model);
  step("Starting the runtime on its own NATS server, with this manifest");
  say(manifest.trim());
  const runtime = await DemoRuntime.start(executable, manifest);
  const stopOnSignal = (): void => void runtime.stop().then(() => process.exit(130));
  process.once("SIGINT", stopOnSignal).once("SIGTERM", stopOnSignal);
  try {
    await showAnswer(runtime);
  } finally {
    step("Stopping");
    const code = await runtime.stop();
    say(code === 0 ? "Every stream ended, nothing left behind" : `The runtime ended with code ${code}`);
    if (code !== 0) process.exitCode = 1;
  }
}

async function showAnswer(runtime: DemoRuntime): Promise<void> {
  step(`muster ask assistant "${question}"`);
  const code = await runtime.show("ask", "assistant", "--quiet", question);
  if (code !== 0) throw new Error(`No answer. The runtime's log:\n${runtime.log()}`);
  const call = await runtime.logged("model call", lastCall);
  say(`\n${callText(call)}`);
  step("muster ps");
  await runtime.show("ps");
}

async function build(): Promise<void> {
  const child = Bun.spawn([process.execPath, join(root, "build", "build.ts")], {
    cwd: root,
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
  });
  if ((await child.exited) !== 0) throw new Error("The build failed; see above");
}

/** A port of its own: whatever runs on this machine is left alone. */
function demoManifest(model: DemoModel): string {
  return `
identity: { owner: demo }
nats: { mode: embedded, embedded: { port: 0 } }
models:
  demo:
${[...model.manifest, "max_output: 200"].map((line) => `    ${line}`).join("\n")}
agents:
  assistant:
    description: Answers in a sentence or two
    model: demo
    instructions: You are concise.
`;
}

function step(text: string): void {
  say(`\n→ ${text}`);
}
