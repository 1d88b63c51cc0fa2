import { expect, test } from "bun:test";
import { BusError } from "../../../../src/bus/connection/bus-error.ts";
import { connectProblem } from "../../../../src/bus/connection/connect-problem.ts";

function withCode(code: string, message = "x"): Error {
  return Object.assign(new Error(message), { code });
}

for (const [what, cause, expected] of [
  ["a refused connection", withCode("ECONNREFUSED"), "connection refused. Start nats-server"],
  ["a refusal deep inside", new Error("outer", { cause: withCode("ECONNREFUSED") }), "connection refused"],
  ["an unknown host", withCode("ENOTFOUND"), "host name is not known"],
  ["wrong credentials", new Error("Authorization Violation"), "refused the credentials: authorization violation"],
  ["old credentials", new Error("User Authentication Expired"), "they have expired"],
  ["a strange certificate", withCode("DEPTH_ZERO_SELF_SIGNED_CERT", "self signed certificate"), "nats.tls.ca_file"],
  ["a server without TLS", new Error("server does not support 'tls'"), "TLS connection"],
  ["no answer", new Error("timeout"), "no answer in time"],
  ["no route", withCode("EHOSTUNREACH"), "no route to the host"],
  ["no reason at all", undefined, "the connection was closed"],
] as const) {
  test(`${what} is said in words, with the server`, () => {
    const problem = connectProblem(cause, ["10.0.0.1:4222"]);
    expect(problem).toBeInstanceOf(BusError);
    expect(problem.message).toContain(expected);
    expect(problem.message).toContain('"10.0.0.1:4222"');
  });
}

test("what already is in words stays", () => {
  const known = new BusError("Known");
  expect(connectProblem(known, [])).toBe(known);
});
