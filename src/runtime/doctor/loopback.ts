// Whether an address is this machine's own: nothing leaves it then. Names other than `localhost` are not looked up.

import { isLoopback } from "../../manifest/listen-address.ts";

/** Of a URL, or of `host:port`. */
export function isLoopbackUrl(url: string): boolean {
  try {
    return isLoopback(hostOf(url));
  } catch {
    return false; // No URL: nobody knows where it leads.
  }
}

function hostOf(url: string): string {
  const { hostname } = new URL(/^[a-z-]+:\/\//i.test(url) ? url.replace(/^[a-z-]+:/i, "http:") : `http://${url}`);
  return hostname.replace(/^\[|\]$/g, "");
}
