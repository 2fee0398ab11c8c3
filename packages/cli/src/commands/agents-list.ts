import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { defaultAgentIdOf } from "@openclaw/sessions";
import { readIdentity } from "@openclaw/setup/agents";
import { agentPlaces } from "../agents/agent-places.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { agentsListFlags } from "../spec/agents-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";

/** `agents list`: who there is, where they work and what leads to them. */
export async function run(
  { flags }: CommandInput<typeof agentsListFlags>,
  context: CommandContext,
): Promise<undefined> {
  const agents = await listAgents(flags.bindings, context);
  if (flags.json) return void context.printJson(agents);
  const { style, shorten, hint } = context;
  context.print(style.heading("Agents:"));
  for (const agent of agents) {
    const name = agent.name === undefined ? "" : ` (${agent.name})`;
    context.print(`- ${style.accentBright(agent.id)}${agent.isDefault ? " (default)" : ""}${name}`);
    const line = (label: string, value: string | undefined) => value && context.print(`  ${label}: ${shorten(value)}`);
    line("Identity", [agent.identityEmoji, agent.identityName].filter(Boolean).join(" "));
    line("Workspace", agent.workspace);
    line("Agent dir", agent.agentDir);
    line("Model", agent.model);
    line("Routing rules", String(agent.bindings));
    line("Routing", agent.routes.join(", "));
    line("Providers", agent.providers?.join(", "));
    for (const detail of agent.bindingDetails ?? []) context.print(`    - ${detail}`);
  }
  context.print(style.muted(`Routing rules lead channels to agents: ${hint("openclaw agents list --bindings")}`));
  context.print(style.muted(`How the channels are: ${hint("openclaw channels status --probe")}`));
}

async function listAgents(withBindings: boolean, context: CommandContext) {
  const { config } = await context.config();
  const listed = config.agents?.list ?? [];
  const entries = listed.length > 0 ? listed : [{ id: "main" }];
  const defaultId = defaultAgentIdOf(config);
  return entries.map((entry) => {
    const id = entry.id.trim().toLowerCase();
    const places = agentPlaces(config, id, context);
    const own = "identity" in entry ? entry.identity : undefined;
    const file = path.join(places.workspace, "IDENTITY.md");
    const written = existsSync(file) ? readIdentity(readFileSync(file, "utf8")) : {};
    const identity = { name: own?.name ?? written.name, emoji: own?.emoji ?? written.emoji };
    const source = (own?.name ?? own?.emoji) ? "config" : (written.name ?? written.emoji) ? "IDENTITY.md" : undefined;
    const rules = (config.bindings ?? []).filter((rule) => rule.agentId.trim().toLowerCase() === id);
    const isDefault = id === defaultId;
    const chosen = ("model" in entry ? entry.model : undefined) ?? config.agents?.defaults?.model;
    const model = typeof chosen === "string" ? chosen : chosen?.primary;
    const channels = [...new Set(rules.map(({ match }) => match.channel))];
    return {
      id,
      ...("name" in entry && entry.name !== undefined && { name: entry.name }),
      ...(identity.name !== undefined && { identityName: identity.name }),
      ...(identity.emoji !== undefined && { identityEmoji: identity.emoji }),
      ...(source !== undefined && { identitySource: source }),
      ...places,
      ...(model !== undefined && { model }),
      bindings: rules.length,
      isDefault,
      routes: [
        ...(isDefault ? ["default (no explicit rules)"].slice(0, rules.length > 0 ? 0 : 1) : []),
        ...rules.map(ruleText),
      ],
      ...(channels.length > 0 && { providers: channels }),
      ...(withBindings && { bindingDetails: rules.map((rule) => `${ruleText(rule)} → ${id}`) }),
    };
  });
}

/** `telegram:work group -100`. */
function ruleText({
  match,
}: {
  match: { channel: string; accountId?: string | undefined; peer?: { kind: string; id: string } | undefined };
}): string {
  const account = match.accountId === undefined ? "" : `:${match.accountId}`;
  return `${match.channel}${account}${match.peer ? ` ${match.peer.kind} ${match.peer.id}` : ""}`;
}
