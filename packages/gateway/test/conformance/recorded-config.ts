import type { TestGatewayOptions } from "../../src/testing/test-gateway.ts";

/** The configuration of the recordings, with a comment and on few lines as it was, for a Gateway of this machine. */
export const recordedConfig: TestGatewayOptions = {
  config: ({ modelUrl, workspace }) => `// my settings
{ gateway: { mode: "local", port: 19200, auth: { mode: "token", token: "t0k" } }, discovery: { mdns: { mode: "off" } }, browser: { enabled: false },
  agents: { defaults: { workspace: ${JSON.stringify(workspace)}, skipBootstrap: true, model: { primary: "fake/fake-1" } } },
  messages: { ackReactionScope: "group-mentions" },
  models: { providers: { fake: { baseUrl: "${modelUrl}", apiKey: "model-secret-0123456789", api: "openai-completions", models: [ { id: "fake-1", name: "Fake", reasoning: false, input: ["text"], cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }, contextWindow: 128000, maxTokens: 8000 } ] } } } }
`,
};
