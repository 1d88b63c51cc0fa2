// What a child process sees of our environment: nothing that makes a Bun, Node or loader run other code than meant.

const scrubbed = /^(BUN_|NODE_OPTIONS$|NODE_PATH$|LD_PRELOAD$|LD_AUDIT$|DYLD_|NOTIFY_SOCKET$|LISTEN_)/;

/** Our environment without those variables, and with `added`. */
export function childEnvironment(
  added: Readonly<Record<string, string>> = {},
  own: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined && !scrubbed.test(name)) environment[name] = value;
  }
  return { ...environment, ...added };
}
