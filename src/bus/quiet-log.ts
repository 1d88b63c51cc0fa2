// A library says what it has to say by its results and errors: it writes nothing.

import type { Logger } from "../telemetry/log.ts";

const drop = (): void => undefined;

export const quietLog: Logger = { debug: drop, info: drop, warn: drop, error: drop, with: () => quietLog };
