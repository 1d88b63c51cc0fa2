// The manifest of a new installation: no agent yet, and a bus that only those with a key may use.

export function installedManifest(): string {
  return `# Agents of this machine. More of them: one file each in agents.d beside this one.
# Check with "muster check", then: systemctl reload muster
version: 1

nats:
  mode: embedded # the server inside the executable, on 127.0.0.1:4222
  embedded:
    auth: nkey # callers on this machine find their key by themselves, if they may read it

# models:
#   cloud:
#     provider: openai # any compatible URL
#     model: gpt-5-mini
#     api_key: \${credential:openai} # the file "openai" in the folder credentials beside this one

# agents:
#   assistant:
#     description: Answers questions in two sentences
#     model: ollama/qwen3:1.7b
#     instructions: |
#       You are a helpful assistant. Answer in at most two sentences.
`;
}
