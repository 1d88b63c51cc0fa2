// One thing inside the executable that somebody else made, and the terms it comes under.

export interface Notice {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly licence: string;
  /** The licence's text. */
  readonly text: string;
  /** Package URL, for the bill of materials. */
  readonly purl: string;
}
