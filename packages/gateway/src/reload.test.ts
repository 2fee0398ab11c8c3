import { describe, expect, it } from "vitest";
import { planReload } from "./reload.ts";

const nothing = { previous: {}, next: {} };
/** What one changed path needs, in a word: its actions, or `dynamic`, or `restart`. */
function needs(path: string, configs: Parameters<typeof planReload>[1] = nothing): string {
  const plan = planReload([path], configs);
  if (plan.dynamic.length > 0) return "dynamic";
  if (plan.restart.length > 0) return "restart";
  return plan.actions
    .map((action) => (action.area === "channel" ? `channel ${action.channel}` : action.area))
    .join("+");
}

describe("the matrix of paths and actions", () => {
  it.each([
    ["gateway.remote.url", "dynamic"],
    ["gateway.reload.mode", "dynamic"],
    ["meta.lastTouchedAt", "dynamic"],
    ["hooks.gmail", "gmail+hooks"],
    ["hooks.gmail.account", "gmail+hooks"],
    ["hooks.internal.enabled", "restart"],
    ["hooks.token", "hooks"],
    ["hooks.mappings", "hooks"],
    ["hooks.presets", "hooks"],
    ["agents.defaults.heartbeat.every", "heartbeat"],
    ["agent.heartbeat.every", "heartbeat"],
    ["cron.maxConcurrentRuns", "cron"],
    ["browser.enabled", "browser"],
    ["web.heartbeatSeconds", "channel whatsapp"],
    ["channels.whatsapp.dmPolicy", "dynamic"],
    ["channels.telegram.botToken", "channel telegram"],
    ["channels.telegram.accounts.a.botToken", "channel telegram"],
    ["channels.telegram", "channel telegram"],
    ["channels.nostr.relays", "channel nostr"],
    ["channels.defaults.groupPolicy", "restart"],
    ["identity.name", "dynamic"],
    ["wizard.lastRunAt", "dynamic"],
    ["logging.level", "dynamic"],
    ["models.providers.fake.baseUrl", "dynamic"],
    ["agents.defaults.model.primary", "dynamic"],
    ["agents.list", "dynamic"],
    ["tools.exec.ask", "dynamic"],
    ["bindings", "dynamic"],
    ["audio.transcription", "dynamic"],
    ["agent.model", "dynamic"],
    ["routing.allowFrom", "dynamic"],
    ["messages.ackReaction", "dynamic"],
    ["session.scope", "dynamic"],
    ["talk.voiceId", "dynamic"],
    ["skills.entries.x.enabled", "dynamic"],
    ["ui.seamColor", "dynamic"],
    ["plugins.entries.x.enabled", "restart"],
    ["gateway.port", "restart"],
    ["discovery.mdns.mode", "restart"],
    ["canvasHost.port", "restart"],
    ["bridge.port", "restart"],
    ["mcp.servers.x.command", "restart"],
    ["storage.fsync", "restart"],
    ["env.vars.A", "restart"],
    ["auth.order.x", "restart"],
    ["commands.restart", "restart"],
    ["approvals.exec.enabled", "restart"],
    ["broadcast.x", "restart"],
    ["media.x", "restart"],
    ["memory.backend", "restart"],
    ["nodeHost.browserProxy", "restart"],
    ["diagnostics.enabled", "restart"],
    ["update.channel", "restart"],
    ["something.unknown", "restart"],
    ["modelsX", "restart"],
    ["metadata", "restart"],
  ])("%s: %s", (path, expected) => {
    expect(needs(path)).toBe(expected);
  });

  it("finds a changed heartbeat inside the list of agents, which is one path", () => {
    const agent = { id: "a", name: "A" };
    const list = (...agents: object[]) => ({ agents: { list: agents as never } });
    expect(needs("agents.list", { previous: list(agent), next: list({ ...agent, name: "B" }) })).toBe("dynamic");
    const beating = { ...agent, heartbeat: { every: "5m" } };
    expect(needs("agents.list", { previous: list(agent), next: list(beating) })).toBe("heartbeat");
    expect(needs("agents.list", { previous: list(beating), next: list(beating) })).toBe("dynamic");
  });

  it("asks plugins after the channels and before the rest", () => {
    const declared = [
      { prefix: "messages.tts", action: { restartChannel: "talker" } },
      { prefix: "plugins.entries.talker", action: "none" as const },
      { prefix: "channels.telegram", action: "none" as const },
      { prefix: "gateway.remote", action: { restartChannel: "talker" } },
    ];
    const configs = { ...nothing, declared };
    expect(needs("messages.tts.auto", configs)).toBe("channel talker");
    expect(needs("plugins.entries.talker.config.x", configs)).toBe("dynamic");
    expect(needs("channels.telegram.botToken", configs)).toBe("channel telegram");
    expect(needs("gateway.remote.url", configs)).toBe("dynamic");
  });

  it("names each action once and each path in one list", () => {
    expect(
      planReload(["hooks.gmail.topic", "hooks.token", "channels.a.x", "channels.a.y", "ui.x", "gateway.port"], nothing),
    ).toEqual({
      hot: ["hooks.gmail.topic", "hooks.token", "channels.a.x", "channels.a.y"],
      dynamic: ["ui.x"],
      restart: ["gateway.port"],
      actions: [{ area: "gmail" }, { area: "hooks" }, { area: "channel", channel: "a" }],
    });
  });
});
