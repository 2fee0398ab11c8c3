import { bundledChannels } from "../../../cli/src/channels/bundled-channels.ts";
import type { TestGatewayOptions } from "../../src/testing/test-gateway.ts";

/** Recorded cases of a Gateway with two channels: a bot whose service cannot be reached, and a phone that is not linked. */
export const casesWithChannels: ReadonlySet<string> = new Set([
  "v3/health: two channels",
  "v3/channels.logout: telegram",
  "v3/channels.status: telegram configured with a fake token, whatsapp unlinked",
  "v3/poll: channel without polls",
  "v3/poll: telegram: no poll support",
  "v3/poll: whatsapp: not linked",
  "v3/send: telegram: delivery fails (network)",
  "v3/send: telegram: same key returns the cached failure",
  "v3/send: whatsapp: not linked",
  "v3/send: whatsapp: bad target",
  "v3/web.login.wait: no login in progress",
]);

/** The Gateway of these cases. Nothing listens at the bot's address. */
export const channelsConfig: TestGatewayOptions = {
  channels: bundledChannels.filter(({ meta }) => meta.id === "telegram" || meta.id === "whatsapp"),
  config: { channels: { telegram: { botToken: "123456:fake-token", apiRoot: "http://127.0.0.1:9" }, whatsapp: {} } },
};

/** The configuration of the recordings, with a comment and on few lines as it was, for a Gateway of this machine. */
export const recordedConfig: TestGatewayOptions = {
  config: ({ modelUrl, workspace }) => `// my settings
{ gateway: { mode: "local", port: 19200, auth: { mode: "token", token: "t0k" } }, discovery: { mdns: { mode: "off" } }, browser: { enabled: false },
  agents: { defaults: { workspace: ${JSON.stringify(workspace)}, skipBootstrap: true, model: { primary: "fake/fake-1" } } },
  messages: { ackReactionScope: "group-mentions" },
  models: { providers: { fake: { baseUrl: "${modelUrl}", apiKey: "model-secret-0123456789", api: "openai-completions", models: [ { id: "fake-1", name: "Fake", reasoning: false, input: ["text"], cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }, contextWindow: 128000, maxTokens: 8000 } ] } } } }
`,
};
