// One line of an http tool's lists, such as `GET http://plc:9000/api/`: a method, an origin, and the beginning of a path.

export interface HttpRule {
  readonly method: string;
  /** Scheme, host and port, as URLs write them. */
  readonly origin: string;
  /** Begins with a slash. At its end a slash means all below, none that path or all below it. */
  readonly path: string;
}

export const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

/** Or in a few words why a text is none. */
export function parseHttpRule(text: string): HttpRule | { readonly failure: string } {
  const [method = "", target = "", ...more] = text.trim().split(/\s+/);
  if (target === "" || more.length > 0) return { failure: "a method and a URL" };
  if (!methods.some((known) => known === method)) return { failure: `a method out of ${methods.join(", ")}` };
  if (!URL.canParse(target)) return { failure: "a URL after the method" };
  const url = new URL(target);
  if (!isPlain(url) || url.search !== "" || target.includes("?") || target.includes("#"))
    return { failure: "an http or https URL without user, query and fragment" };
  if (target.includes("*")) return { failure: "a URL without *: a path stands for all below it" };
  if (trickOf(url) !== undefined) return { failure: "a path without encoded slashes, dots and control characters" };
  return { method, origin: url.origin, path: url.pathname };
}

export function allowsRequest(rules: readonly HttpRule[], method: string, url: URL): boolean {
  return isPlain(url) && trickOf(url) === undefined && rules.some((rule) => matches(rule, method, url));
}

function matches({ method, origin, path }: HttpRule, wanted: string, url: URL): boolean {
  if (method !== wanted || origin !== url.origin) return false;
  return url.pathname === path || url.pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
}

function isPlain({ protocol, username, password }: URL): boolean {
  return (protocol === "http:" || protocol === "https:") && username === "" && password === "";
}

/** What a server might take for another path than the one that is looked at here; undefined: nothing. */
export function trickOf({ pathname }: URL): string | undefined {
  if (/%(2f|5c)/i.test(pathname) || pathname.includes("\\")) return "an encoded slash";
  if (/%(25|2e)/i.test(pathname)) return "encoded dots or percent signs";
  if (/%[01][0-9a-f]|%7f/i.test(pathname)) return "an encoded control character";
  if (/\/\.{1,2}(;|\/|$)/.test(pathname)) return "dots in place of a name";
  return undefined;
}
