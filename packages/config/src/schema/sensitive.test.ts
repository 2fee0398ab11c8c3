import { expect, it } from "vitest";
import { isSensitivePath } from "./sensitive.ts";

it.each([
  "gateway.auth.token",
  "gateway.remote.password",
  "models.providers.x.apiKey",
  "channels.slack.signingSecret",
  "channels.googlechat.serviceAccount",
  "channels.googlechat.serviceAccount.client_email",
  "channels.nostr.privateKey",
  "channels.tlon.code",
  "channels.tlon.accounts.a.code",
  "env.vars.ANYTHING",
  "env.ANYTHING",
  "mcp.servers.x.env.ANYTHING",
  "mcp.servers.x.headers.Authorization",
  "skills.entries.x.env.ANYTHING",
  "diagnostics.otel.headers.x",
  "plugins.entries.x.config.tokens.first",
  "plugins.entries.x.config.api_key",
])("%s is a secret", (path) => expect(isSensitivePath(path)).toBe(true));

it.each([
  "gateway.auth.mode",
  "models.providers.x.models.0.maxTokens",
  "agents.defaults.contextTokens",
  "agents.defaults.compaction.reserveTokensFloor",
  "agents.defaults.compaction.memoryFlush.softThresholdTokens",
  "channels.telegram.tokenFile",
  "channels.nextcloud-talk.botSecretFile",
  "env.shellEnv.enabled",
  "env.vars",
  "hooks.mappings.0.sessionKey",
  "channels.discord.code",
])("%s is none", (path) => expect(isSensitivePath(path)).toBe(false));

it("takes a path as keys, so that dots in keys do not matter", () => {
  expect(isSensitivePath(["env", "vars", "A.B"])).toBe(true);
  expect(isSensitivePath(["hooks", "mappings", 0, "to"])).toBe(false);
});

it("believes the hints of plugins", () => {
  const manifests = [
    {
      id: "phone",
      source: "/p",
      uiHints: { "line.*.pin": { sensitive: true }, shown: { sensitive: false } },
      channelConfigs: { irc: { uiHints: { nickserv: { sensitive: true } } } },
    },
  ];
  expect(isSensitivePath("plugins.entries.phone.config.line.a.pin", { manifests })).toBe(true);
  expect(isSensitivePath("plugins.entries.phone.config.shown", { manifests })).toBe(false);
  expect(isSensitivePath("plugins.entries.other.config.line.a.pin", { manifests })).toBe(false);
  expect(isSensitivePath("channels.irc.nickserv", { manifests })).toBe(true);
});
