// Files in both directions; what comes is written to disk as it arrives.
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { connect, prompt, saveAttachment } from "muster/client";
import { serve } from "muster/service";

const connection = await connect({ servers: process.env.NATS_URL ?? "nats://127.0.0.1:4222" });
const bytes = (text) => new TextEncoder().encode(text);

const shouter = await serve(
  connection,
  { name: "shouter", owner: "examples", acceptsAttachments: true },
  async ({ attachments, respond }) => {
    for (const { filename, data } of attachments) {
      const data2 = bytes(new TextDecoder().decode(data).toUpperCase());
      await respond({ text: `Shouted ${filename}.`, attachments: [{ filename, data: data2 }] });
    }
  },
);

const folder = await mkdtemp(join(tmpdir(), "muster-files-"));
const request = { prompt: "Louder", attachments: [{ filename: "note.txt", data: bytes("hello") }] };
for await (const event of prompt(connection, "examples/shouter", request)) {
  if (event.type === "text") console.log(event.text);
  if (event.type !== "attachments") continue;
  for (const file of event.attachments) {
    const path = await saveAttachment(folder, file);
    console.log(`${basename(path)}: ${await readFile(path, "utf8")}`);
  }
}

await shouter.stop();
await connection.close();
