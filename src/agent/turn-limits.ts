// How far a turn may go before it has to answer.

export interface TurnLimits {
  /** Model calls. The last of them is offered no tools: it has to answer. */
  readonly steps: number;
  /** Calls of tools, refused ones too. */
  readonly toolCalls: number;
}

export const defaultTurnLimits: TurnLimits = { steps: 12, toolCalls: 32 };
