import { expect, test } from "bun:test";
import { EndpointCounter } from "../../../../src/bus/serving/endpoint-counter.ts";
import { ServiceError } from "../../../../src/protocol/service-error.ts";

const endpoint = { name: "prompt", subject: "agents.prompt.a.o.n", queue_group: "agents", metadata: {} };

test("nothing done is all zeroes", () => {
  expect(new EndpointCounter().stats(endpoint)).toEqual({
    name: "prompt",
    subject: "agents.prompt.a.o.n",
    queue_group: "agents",
    num_requests: 0,
    num_errors: 0,
    last_error: "",
    processing_time: 0,
    average_processing_time: 0,
  });
});

test("times are whole nanoseconds, the last error is code and text", () => {
  const counter = new EndpointCounter();
  counter.countRequest();
  counter.countRequest();
  counter.addProcessing(1.5);
  counter.addProcessing(0.5001);
  counter.countError(new ServiceError(400, "empty_prompt", "Empty"));
  counter.countError(new ServiceError(429, "busy", "Busy"));
  expect(counter.stats(endpoint)).toMatchObject({
    num_requests: 2,
    num_errors: 2,
    last_error: "429:Busy",
    processing_time: 2_000_100,
    average_processing_time: 1_000_050,
  });
});
