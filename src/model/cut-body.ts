// Ends the reading of an answer's body, which closes its connection.

/**
 * Nobody reads it any more. A body that failed already has nothing to close, and its failure was read: what cancelling it throws again is no news.
 */
export function cutBody(reader: { cancel(): Promise<void> }): void {
  reader.cancel().catch(ignoreKnownFailure);
}

function ignoreKnownFailure(): void {
  return;
}
