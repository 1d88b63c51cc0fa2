// What an embedding model is asked for to see that it makes vectors at all: nothing that a model could refuse.

export const probeText = "ready?";
