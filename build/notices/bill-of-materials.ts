// What is inside the executable for machines to read: a CycloneDX 1.6 bill of materials. Equal inputs give equal bytes.

import type { Notice } from "./notice.ts";

/** The JSON document's text. */
export function billOfMaterials(notices: readonly Notice[], version: string): string {
  const components = [...notices]
    .sort((a, b) => (a.purl < b.purl ? -1 : 1))
    .map(({ name, version: componentVersion, licence, purl }) => ({
      type: "library",
      "bom-ref": purl,
      name,
      version: componentVersion,
      licenses: [{ expression: licence }],
      purl,
    }));
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        type: "application",
        "bom-ref": "muster",
        name: "muster",
        version,
        licenses: [{ expression: "Apache-2.0" }],
      },
    },
    components,
    dependencies: [{ ref: "muster", dependsOn: components.map((component) => component.purl) }],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
