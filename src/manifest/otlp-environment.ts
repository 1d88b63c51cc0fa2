// OpenTelemetry's standard variables, for a manifest that asks for them (`otlp.environment: true`). Never read otherwise.

type Variables = Readonly<Record<string, string | undefined>>;

export const otlpVariables = {
  endpoint: "OTEL_EXPORTER_OTLP_ENDPOINT",
  protocol: "OTEL_EXPORTER_OTLP_PROTOCOL",
  headers: "OTEL_EXPORTER_OTLP_HEADERS",
  serviceName: "OTEL_SERVICE_NAME",
  resourceAttributes: "OTEL_RESOURCE_ATTRIBUTES",
} as const;

/** Undefined for one that is not set, or empty. */
export function otlpVariable(variables: Variables, which: keyof typeof otlpVariables): string | undefined {
  const value = variables[otlpVariables[which]]?.trim();
  return value === "" ? undefined : value;
}

/** `key=value,key=value`, values percent-encoded. Undefined for what is none. */
export function otlpPairs(text: string): Readonly<Record<string, string>> | undefined {
  const pairs = text
    .split(",")
    .filter((pair) => pair.trim() !== "")
    .map((pair): readonly [string, string | undefined] => {
      const at = pair.indexOf("=");
      return [pair.slice(0, Math.max(0, at)).trim(), decoded(pair.slice(at + 1).trim())];
    });
  const whole = pairs.flatMap(([key, value]) => (key === "" || value === undefined ? [] : [[key, value] as const]));
  return whole.length === pairs.length ? Object.fromEntries(whole) : undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
