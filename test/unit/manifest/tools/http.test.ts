import { describe, expect, test } from "bun:test";
import { resolvedPlain } from "../../../../src/manifest/resolved.ts";
import { addressKind, isAddressRange, isInRanges } from "../../../../src/manifest/tools/address-range.ts";
import { allowsRequest, parseHttpRule } from "../../../../src/manifest/tools/http-rule.ts";
import { agentWithTools, checkedManifest } from "../../../support/checked-manifest.ts";

const check = (keys: string, changes = {}) => checkedManifest(agentWithTools(`h: { type: http, ${keys} }`), changes);

test("an http tool has its defaults, and is shown resolved, its headers masked", () => {
  const { manifest, problems, warnings } = check(
    'allow: ["GET https://plc.example:9000/api"], headers: { X-Key: "${KEY}" }',
    { variables: { KEY: "a-secret" } },
  );
  expect([...problems, ...warnings]).toEqual([]);
  const limits = { timeout: "30s", max_response: "1MB", max_output: "16KB" };
  const tool = { type: "http", allow: ["GET https://plc.example:9000/api"], headers: { "X-Key": "***" }, ...limits };
  expect(manifest && resolvedPlain(manifest)).toMatchObject({ agents: { a: { tools: { h: tool } } } });
});

describe("an entry of a list is a problem:", () => {
  test.each([
    ["http://h/", "a method and a URL"],
    ["GET", "a method and a URL"],
    ["GET http://h/ x", "a method and a URL"],
    ["get http://h/", "a method out of GET"],
    ["GET h/api", "a URL after the method"],
    ["GET ftp://h/", "an http or https URL"],
    ["GET http://u:p@h/", "an http or https URL without user"],
    ["GET http://h/?a=1", "without user, query and fragment"],
    ["GET http://h/*", "a URL without *"],
    ["GET http://h/a%2fb", "a path without encoded slashes"],
  ])("%s", (rule, message) => {
    expect(check(`allow: ["${rule}"]`).problems.join()).toContain(message);
  });
});

test("only reading needs no known callers, everything else does on an open bus", () => {
  expect(check('allow: ["GET http://h/", "HEAD http://h/"]').problems).toEqual([]);
  for (const list of ["allow", "ask"])
    expect(check(`${list}: ["GET http://h/", "POST http://h/"]`).problems.join()).toContain(
      "sends more than GET and HEAD",
    );
  expect(check('allow: ["POST http://h/"], allow_unauthenticated: true').problems).toEqual([]);
});

test("nothing allowed, a request that is asked for anyway, and headers of the connection are problems", () => {
  expect(check("timeout: 5s").problems.join()).toContain("Found neither allow nor ask");
  expect(check('allow: ["GET http://h/a/b"], ask: ["GET http://h/a"]').problems.join()).toContain("always asked for");
  for (const header of ["Host", "content-length", "Transfer-Encoding", "Proxy-Authorization", "A b"])
    expect(
      check(`allow: ["GET https://h/"], headers: { ${header}: "\${KEY}" }`, { variables: { KEY: "k" } }).problems,
    ).toHaveLength(1);
  expect(check('allow: ["GET http://h/"], private: [10.0.0.0/33]').problems.join()).toContain("a range such as");
});

test("headers over plain http to another machine are a warning", () => {
  const keys = (url: string) => check(`allow: ["GET ${url}"], headers: { X: "\${KEY}" }`, { variables: { KEY: "k" } });
  expect(keys("http://plc.local/").warnings.join()).toContain("in plain text");
  expect(keys("http://127.0.0.1:9/").warnings).toEqual([]);
});

describe("a rule", () => {
  const rule = parseHttpRule("GET http://h:9000/api");
  const rules = "failure" in rule ? [] : [rule];
  const allows = (url: string, method = "GET") => allowsRequest(rules, method, new URL(url));

  test("lets its path through and what is below it", () => {
    for (const url of [
      "http://h:9000/api",
      "http://h:9000/api/",
      "http://H:9000/api/x?y=../z",
      "http://h:9000/x/../api",
    ])
      expect(`${url} ${String(allows(url))}`).toBe(`${url} true`);
  });

  test.each([
    "http://h:9000/",
    "http://h:9000/apix",
    "http://h:9000/API",
    "http://h:9000/api/../admin",
    "http://h:9000/api/%2e%2e/admin",
    "http://h:9000/api/..%2fadmin",
    "http://h:9000/api/..%5cadmin",
    "http://h:9000/api/%252e%252e/admin",
    "http://h:9000/api/..;/admin",
    "http://h:9000/api\\..\\admin",
    "http://h:9000/api/%0d%0aX:1",
    "http://h:9000/api/%00",
    "http://h:9001/api",
    "https://h:9000/api",
    "http://h.evil:9000/api",
    "http://h:9000@evil/api",
    "http://u@h:9000/api",
    "http://evil/http://h:9000/api",
  ])("lets nothing else through: %s", (url) => {
    expect(allows(url)).toBe(false);
  });

  test("lets no other method through", () => {
    for (const method of ["POST", "HEAD", "get", "GET "]) expect(allows("http://h:9000/api", method)).toBe(false);
  });
});

describe("an address", () => {
  test.each([
    ["127.0.0.1", "loopback"],
    ["127.9.9.9", "loopback"],
    ["::1", "loopback"],
    ["::ffff:127.0.0.1", "loopback"],
    ["::ffff:7f00:1", "loopback"],
    ["0:0:0:0:0:ffff:7f00:1", "loopback"],
    ["::127.0.0.1", "loopback"],
    ["64:ff9b::7f00:1", "loopback"],
    ["2002:7f00:1::", "loopback"],
    ["10.1.2.3", "local"],
    ["172.31.0.1", "local"],
    ["192.168.1.1", "local"],
    ["169.254.1.1", "local"],
    ["100.64.0.1", "local"],
    ["fd12::1", "local"],
    ["fe80::1%eth0", "local"],
    ["::ffff:10.0.0.1", "local"],
    ["64:ff9b::a00:1", "local"],
    ["169.254.169.254", "reserved"],
    ["::ffff:a9fe:a9fe", "reserved"],
    ["0.0.0.0", "reserved"],
    ["::", "reserved"],
    ["255.255.255.255", "reserved"],
    ["224.0.0.1", "reserved"],
    ["ff02::1", "reserved"],
    ["not an address", "reserved"],
    ["172.32.0.1", "public"],
    ["93.184.216.34", "public"],
    ["2606:4700::1111", "public"],
    ["::ffff:93.184.216.34", "public"],
  ] as const)("%s is %s", (address, kind) => {
    expect(addressKind(address)).toBe(kind);
  });

  test("is in a range in whatever form it is written", () => {
    expect(isInRanges("::ffff:10.1.2.3", ["10.1.0.0/16"])).toBe(true);
    expect(isInRanges("10.2.0.1", ["10.1.0.0/16", "::1"])).toBe(false);
    for (const range of ["10.0.0.0/33", "10.0.0.0/8/8", "host", "10.0.0.0/", "10.0.0/8", "::/129"])
      expect(isAddressRange(range)).toBe(false);
  });
});
