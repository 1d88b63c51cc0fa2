// In place of the official client's validator: no schema of a server is compiled. What it lists is checked by `parameters-of.ts`.

import type { jsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/types.js";

export const trustNoSchema: jsonSchemaValidator = {
  getValidator: () => () => ({ valid: false, data: undefined, errorMessage: "Not validated" }),
};
