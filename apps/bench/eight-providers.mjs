// The home of a user of eight providers: keys in the store, in the environment and in the configuration.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const stored = ["anthropic", "openai", "google", "zai", "mistral"];

/** Makes it; `env` is what a command is run with, `remove` takes it away. */
export function eightProviders() {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-bench-models-"));
  const agentDir = path.join(home, ".openclaw/agents/main/agent");
  fs.mkdirSync(agentDir, { recursive: true, mode: 0o700 });
  const profiles = Object.fromEntries(
    stored.map((provider) => [
      `${provider}:default`,
      { type: "api_key", provider, key: `key-of-${provider}-0123456789` },
    ]),
  );
  profiles["openai-codex:me"] = { type: "token", provider: "openai-codex", token: "token", expires: 4e12 };
  const write = (file, content) => fs.writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
  write(path.join(agentDir, "auth-profiles.json"), { version: 1, profiles });
  write(path.join(home, ".openclaw/openclaw.json"), {
    agents: { defaults: { model: { primary: "anthropic/claude-opus-4-6", fallbacks: ["openai/gpt-5.2"] } } },
    models: { providers: { groq: { apiKey: "key-of-groq-0123456789", baseUrl: "http://127.0.0.1:9/v1", models: [] } } },
  });
  const env = {
    HOME: home,
    PATH: process.env.PATH,
    SHELL: "/bin/sh",
    OPENROUTER_API_KEY: "key-of-openrouter-0123456789",
  };
  return { env, remove: () => fs.rmSync(home, { recursive: true, force: true }) };
}
