/** A backup cannot be made or put back; the text says what to do. Nothing was changed. */
export class BackupError extends Error {
  override readonly name = "BackupError";
}
