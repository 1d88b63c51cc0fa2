// Why an upgrade, a bundle or a signature is refused.

/** The text is the user's: what was found, and what to do. Nothing was changed, or all of it was taken back. */
export class UpgradeError extends Error {
  override readonly name = "UpgradeError";
}
