/** The longest delay of `setTimeout` and `setInterval`; a longer one fires at once. */
export const longestTimerMs = 2_147_483_647;
