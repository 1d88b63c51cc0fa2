"""Reads an OTLP request of traces from standard input, by OpenTelemetry's own Python messages, and prints its spans as JSON.

Usage: otlp_reader.py protobuf | json
"""

import base64
import json
import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


def main() -> None:
    body = sys.stdin.buffer.read()
    request = read_json(body) if sys.argv[1] == "json" else read_protobuf(body)
    print(json.dumps([line for resource in request.resource_spans for line in lines(resource)]))


def read_protobuf(body: bytes) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    request.ParseFromString(body)
    unknown = request.SerializeToString()
    if len(unknown) != len(body):
        raise SystemExit(f"{len(body)} bytes came, {len(unknown)} were understood")
    return request


def read_json(body: bytes) -> ExportTraceServiceRequest:
    """OTLP writes ids in hexadecimal, where protobuf's own JSON has base64."""
    plain = json.loads(body)
    for resource in plain["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                for name in ("traceId", "spanId", "parentSpanId"):
                    if name in span:
                        span[name] = base64.b64encode(bytes.fromhex(span[name])).decode()
    # Fields that the messages do not have are an error.
    return json_format.ParseDict(plain, ExportTraceServiceRequest())


def lines(resource_spans):
    for scope_spans in resource_spans.scope_spans:
        for span in scope_spans.spans:
            yield {
                "scope": [scope_spans.scope.name, scope_spans.scope.version],
                "resource": attributes(resource_spans.resource.attributes),
                "name": span.name,
                "traceId": span.trace_id.hex(),
                "spanId": span.span_id.hex(),
                "parentSpanId": span.parent_span_id.hex(),
                "traceState": span.trace_state,
                "flags": span.flags,
                "kind": span.kind,
                "startNano": str(span.start_time_unix_nano),
                "endNano": str(span.end_time_unix_nano),
                "attributes": attributes(span.attributes),
                "status": [span.status.code, span.status.message],
            }


def attributes(pairs):
    return {pair.key: value_of(pair.value) for pair in pairs}


def value_of(value):
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [value_of(item) for item in value.array_value.values]
    return {kind: getattr(value, kind)}


main()
