// What `muster init` writes: a manifest that works as it is, with comments on what to try next.

/** `model` is a reference such as `ollama/qwen3:1.7b`. */
export function starterManifest(model = "ollama/qwen3:1.7b"): string {
  return `# Agents of this machine. Check it with "muster check", run it with "muster run".
version: 1

# identity:
#   owner: press-07                # default: this machine's name; part of each agent's address on the bus

# nats:                            # default: a server on 127.0.0.1:4222, else the bundled one
#   servers: [tls://nats.example.com:4222]
#   credentials_file: nats.creds

# models:                          # only to tune a model, or to give it a name of your own
#   local:
#     endpoint: ollama
#     model: qwen3:1.7b
#     context: 8192
#     temperature: 0.2
#   cloud:
#     provider: openai             # any compatible URL
#     model: gpt-5-mini
#     api_key: \${OPENAI_API_KEY}

# defaults:                        # any key of an agent
#   model: [local, cloud]          # a chain: the second serves when the first can't

agents:
  assistant:
    description: Answers questions in two sentences
    model: ${model}
    instructions: |
      You are a helpful assistant. Answer in at most two sentences.
`;
}
