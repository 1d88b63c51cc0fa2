import { describe, expect, test } from "bun:test";
import { bundledConfigText } from "../../../../src/bus/bundled/bundled-config.ts";

const config = {
  serverName: "muster-1",
  host: "127.0.0.1",
  port: 4222,
  storeDirectory: "/s/nats",
  maxStoreBytes: 1024,
};

describe("bundledConfigText", () => {
  test("bounds the store and syncs before it acknowledges", () => {
    const text = bundledConfigText(config);
    expect(text).toContain('  store_dir: "/s/nats"\n  max_file_store: 1024\n');
    expect(text).toContain("  sync_interval: always\n");
    expect(text).toContain('host: "127.0.0.1"\nport: 4222\n');
  });

  test("asks for a free port by -1, as the server takes 0 for its default", () => {
    expect(bundledConfigText({ ...config, port: 0 })).toContain("\nport: -1\n");
  });

  test("quotes a path that would end the string", () => {
    expect(bundledConfigText({ ...config, storeDirectory: 'C:\\a "b"' })).toContain('store_dir: "C:\\\\a \\"b\\""');
  });
});
