// What a machine's clock may be believed about jobs.

/** A job that was kept before then was kept by a clock that was not set yet: its age means nothing. */
export const earliestPlausibleMs = Date.UTC(2026, 0, 1);
