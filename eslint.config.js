import tseslint from "typescript-eslint";

/**
 * The rooms of `src/` and what each may import (docs/architecture.md). A room that is not in another's
 * list is fenced off from it; what is `only` is forbidden everywhere else.
 */
const rooms = {
  protocol: [],
  manifest: ["protocol"],
  telemetry: ["protocol"],
  host: ["telemetry"],
  model: ["manifest", "telemetry", "host"],
  memory: ["manifest", "telemetry", "host"],
  tool: ["protocol", "manifest", "telemetry", "host"],
  knowledge: ["manifest", "telemetry", "host", "model", "tool"],
  agent: ["protocol", "manifest", "telemetry", "model", "memory", "tool"],
  bus: ["protocol", "manifest", "telemetry", "host", "memory", "tool"],
  trigger: ["protocol", "manifest", "telemetry", "host", "agent", "bus"],
  runtime: [
    "protocol",
    "manifest",
    "telemetry",
    "host",
    "model",
    "memory",
    "tool",
    "knowledge",
    "agent",
    "bus",
    "trigger",
  ],
  library: ["protocol", "bus"],
  cli: ["protocol", "manifest", "telemetry", "host", "bus", "runtime"],
};

const packages = {
  protocol: ["@nats-io/nkeys"],
  bus: ["@nats-io/*"],
  model: ["ollama", "ollama/*", "openai", "openai/*", "@anthropic-ai/*", "node-llama-cpp"],
  host: ["modern-tar"],
  agent: ["re2js"],
  knowledge: ["unpdf", "unpdf/*", "zod", "zod/*"],
  tool: ["zod", "zod/*", "@modelcontextprotocol/*", "@cfworker/json-schema"],
  manifest: ["zod", "zod/*", "yaml", "croner"],
  trigger: ["mqtt", "mqtt/*"],
};

const fences = Object.entries(rooms).map(([room, allowed]) => ({
  files: [`src/${room}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            group: Object.keys(rooms)
              .filter((other) => other !== room && !allowed.includes(other))
              .flatMap((other) => [`../${other}/*`, `../../${other}/*`, `../../../${other}/*`]),
            message: `"${room}" may import only ${allowed.join(", ") || "nothing"} (docs/architecture.md)`,
          },
          {
            group: [
              ...new Set(
                Object.entries(packages)
                  .filter(([owner]) => owner !== room)
                  .flatMap(([, names]) => names),
              ),
              ...(packages[room] ?? []).map((name) => `!${name}`),
            ],
            message: "This package belongs to another room (docs/architecture.md)",
          },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ["dist/", ".cache/", "node_modules/", "**/node_modules/", "test/fixtures/"] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "no-console": "error",
      "no-empty": ["error", { allowEmptyCatch: false }],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/only-throw-error": "error",
    },
  },
  ...fences,
  {
    files: ["src/protocol/**/*.ts"],
    rules: {
      "no-restricted-globals": ["error", "Bun", "process", "setTimeout", "setInterval", "fetch", "performance"],
      "no-restricted-syntax": [
        "error",
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: "Pass the time in",
        },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Pass the time in" },
      ],
    },
  },
  {
    files: ["src/**/*.ts"],
    ignores: ["src/main.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "process", property: "exit", message: "Only src/main.ts ends the process" },
      ],
    },
  },
  {
    files: ["test/**/*.ts", "build/**/*.ts"],
    rules: { "no-console": "off" },
  },
  {
    files: ["**/*.js", "**/*.mjs"],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { "no-console": "off" },
  },
);
