// A log that keeps nothing, for commands that say what they have to say themselves.

import type { Logger } from "./log.ts";

const drop = (): void => undefined;

export const silentLog: Logger = { debug: drop, info: drop, warn: drop, error: drop, with: () => silentLog };
