// For parts that log, in a command that says what it has to say itself.

import type { Logger } from "../telemetry/log.ts";

const drop = (): void => undefined;

export const silentLog: Logger = { debug: drop, info: drop, warn: drop, error: drop, with: () => silentLog };
