import type { SandboxExplanation } from "@openclaw/agent-runtime";
import {
  agentIdOfKey,
  canonicalSessionKey,
  defaultAgentIdOf,
  mainSessionKey,
  normalizeAgentId,
} from "@openclaw/sessions";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { sandboxExplainFlags } from "../spec/sandbox-commands.ts";
import { openSandboxes } from "./sandboxes.ts";

/** `sandbox explain`: what holds for a session, and what would change it. */
export async function run(
  { flags }: CommandInput<typeof sandboxExplainFlags>,
  context: CommandContext,
): Promise<undefined> {
  const { config } = await context.config();
  const { mainKey, scope } = config.session ?? {};
  const keys = { defaultAgentId: defaultAgentIdOf(config), mainKey, scope };
  const wanted = flags.agent === undefined ? undefined : normalizeAgentId(flags.agent);
  const named = flags.session?.trim();
  const sessionKey = named
    ? canonicalSessionKey(named, { ...keys, defaultAgentId: wanted ?? keys.defaultAgentId })
    : mainSessionKey(keys, wanted);
  const agentId = agentIdOfKey(sessionKey, wanted ?? keys.defaultAgentId);
  const channel = channelOf(sessionKey);
  const sandboxes = await openSandboxes(context);
  const explained = sandboxes.explain({ sessionKey, agentId, ...(channel === undefined ? {} : { channel }) });
  if (flags.json) context.printJson(explained);
  else printExplanation(explained, context);
}

/** The channel a session's key names: `agent:<id>:<channel>:…`. */
function channelOf(sessionKey: string): string | undefined {
  const [prefix, , channel, ...rest] = sessionKey.split(":");
  const inner = ["subagent", "cron", "hook", "acp", "node", "main"];
  return prefix === "agent" && rest.length > 0 && !inner.includes(channel ?? "") ? channel : undefined;
}

function printExplanation(explained: SandboxExplanation, context: CommandContext): void {
  const { sandbox, elevated } = explained;
  const { style } = context;
  const line = (name: string, value: unknown) => context.print(`  ${name}: ${String(value)}`);
  const list = (values: readonly unknown[]) => (values.length === 0 ? "(empty)" : values.join(", "));
  context.print(style.heading("Effective sandbox:"));
  line("agentId", explained.agentId);
  line("sessionKey", explained.sessionKey);
  line("mainSessionKey", explained.mainSessionKey);
  line("runtime", sandbox.sessionIsSandboxed ? style.warn("sandboxed") : style.success("direct"));
  line("backend", sandbox.backend);
  line("mode", sandbox.mode);
  line("scope", sandbox.scope);
  line("perSession", sandbox.perSession);
  line("workspaceAccess", sandbox.workspaceAccess);
  line("workspaceRoot", context.shorten(sandbox.workspaceRoot));
  for (const problem of sandbox.problems) context.print(style.error(`  ✗ ${problem}`));
  context.print();
  context.print(style.heading("Sandbox tool policy:"));
  line(
    `allow (${sandbox.tools.sources.allow.source})`,
    sandbox.tools.allow.length === 0 ? "*" : list(sandbox.tools.allow),
  );
  line(`deny (${sandbox.tools.sources.deny.source})`, list(sandbox.tools.deny));
  context.print();
  context.print(style.heading("Elevated:"));
  line("enabled", elevated.enabled);
  line("channel", elevated.channel ?? "(none)");
  line("allowedByConfig", elevated.allowedByConfig);
  if (elevated.failures.length > 0) {
    line("failing gates", elevated.failures.map(({ gate, key }) => `${gate} (${key})`).join(", "));
  }
  context.print();
  context.print(style.heading("Fix-it:"));
  for (const key of explained.fixIt) context.print(`  - ${key}`);
  context.print();
  context.print(`Docs: ${style.link(explained.docsUrl)}`);
}
