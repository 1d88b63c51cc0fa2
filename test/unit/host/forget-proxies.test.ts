import { expect, test } from "bun:test";
import { forgetProxies } from "../../../src/host/forget-proxies.ts";

test("forgets the proxies of an environment in any spelling, and nothing else", () => {
  const environment: Record<string, string> = {
    http_proxy: "http://a",
    HTTPS_PROXY: "http://b",
    All_Proxy: "http://c",
    NO_PROXY: "*",
    MQTTJS_SOCKS_PROXY: "socks5://e",
    MY_HTTP_PROXY: "http://d",
    PATH: "/bin",
  };
  forgetProxies(environment);
  expect(environment).toEqual({ MY_HTTP_PROXY: "http://d", PATH: "/bin" });
});
