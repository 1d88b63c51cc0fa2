// One question, one answer: node ask.mjs NAME QUESTION…
import { CallError, connect, prompt } from "muster/client";

const [address = "echo", ...words] = process.argv.slice(2);
const connection = await connect({ servers: process.env.NATS_URL ?? "nats://127.0.0.1:4222" });
try {
  console.log(await prompt(connection, address, words.join(" ") || "hello").text());
} catch (error) {
  if (!(error instanceof CallError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await connection.close();
}
