import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../../build/paths.ts";
import { installLibrary, type LibraryPackage } from "../../support/library-package.ts";
import { runProgram } from "../../support/run-program.ts";

let library: LibraryPackage;

beforeAll(async () => {
  library = await installLibrary();
}, 120_000);

afterAll(() => library.remove());

const program = `
import { CallError, connect, discover, prompt, type Agent, type CallEvent } from "muster/client";
import { serve, ServiceError, type IncomingPrompt, type Service } from "muster/service";
import { decodeChunk, type Chunk } from "muster/protocol";

const connection = await connect({ servers: ["nats://127.0.0.1:4222"] });
const agents: Agent[] = await discover(connection, { owner: "plant" });
for (const agent of agents) {
  const text: string = await prompt(connection, agent, "hello", { timeoutMs: 1_000 }).text();
  console.log(text.length, agent.target.maxPayloadBytes?.toFixed());
}
const show = (event: CallEvent): string => (event.type === "text" ? event.text : event.type);
const service: Service = await serve(connection, { name: "one", owner: "plant" }, async (given: IncomingPrompt) => {
  if (given.text === "no") throw new ServiceError(403, "sender_not_allowed", "Not you");
  return given.text;
});
const chunk: Chunk = decodeChunk("{}");
console.log(show({ type: "ack" }), service.address, chunk.type, new CallError("cancelled", "x").code);
// @ts-expect-error: there is no such option
await connect({ server: "nats://127.0.0.1:4222" });
`;

const settings = {
  compilerOptions: {
    target: "ESNext",
    lib: ["ESNext", "DOM"],
    module: "NodeNext",
    moduleResolution: "NodeNext",
    strict: true,
    noEmit: true,
    types: [],
  },
  files: ["program.ts"],
};

test("a strict program of another project is compiled against the declarations, without any of our types", async () => {
  await writeFile(join(library.folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(library.folder, "program.ts"), program);
  await writeFile(join(library.folder, "tsconfig.json"), JSON.stringify(settings));
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  expect(await runProgram([process.execPath, compiler, "-p", library.folder])).toEqual({
    code: 0,
    stdout: "",
    stderr: "",
  });
}, 60_000);
