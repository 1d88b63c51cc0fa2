// The known answers of sender identity (§13), as test/fixtures holds them.

import vectors from "../fixtures/protocol/sender-vectors.json" with { type: "json" };

export const senderVectors = vectors.sender;
export const registrationVectors = vectors.registration;
export const agentIdVectors = vectors.agent_id;
