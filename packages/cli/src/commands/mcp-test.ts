import { existsSync } from "node:fs";
import { systemTimers, workspaceDir } from "@openclaw/agent-runtime";
import { silentLog } from "@openclaw/log";
import { createServerConnection } from "@openclaw/mcp";
import { configuredServer } from "../mcp/configured-servers.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { mcpTestFlags } from "../spec/mcp-commands.ts";

/** `mcp test`: connects as the Gateway would, and lists the tools. */
export async function run(
  { flags, args }: CommandInput<typeof mcpTestFlags>,
  context: CommandContext,
): Promise<number> {
  const [id = ""] = args;
  const server = await configuredServer(id, context);
  const { config } = await context.config();
  const defaultAgent = config.agents?.list?.find((agent) => agent.default) ?? config.agents?.list?.[0];
  const workspace = workspaceDir(config, defaultAgent?.id ?? "main", context.env);
  const connection = createServerConnection({
    id,
    server,
    // The workspace is made by the first run.
    cwd: existsSync(workspace) ? workspace : context.cwd,
    env: context.env,
    stateDir: context.paths.stateDir,
    version: context.version,
    clock: { now: context.now },
    timers: systemTimers,
    log: silentLog,
  });
  try {
    await connection.ensure();
    const { state, error } = connection.status;
    const { offers } = connection;
    const tools = connection.tools.map(({ name, description = "" }) => ({ name, description }));
    if (flags.json) {
      context.printJson({ id, ok: state === "ready", tools, offers, error: error ?? null });
      return state === "ready" ? 0 : 1;
    }
    if (state !== "ready") throw new CliError(`MCP server ${id}: ${error ?? "it is not available"}`);
    const count = `${tools.length} tool${tools.length === 1 ? "" : "s"}`;
    context.print(`MCP server ${id} offers ${count}${tools.length > 0 ? ":" : "."}`);
    for (const { name, description } of tools) {
      const [line = ""] = description.split("\n", 1);
      context.print(`- ${name}${line === "" ? "" : `: ${line}`}`);
    }
    const further = [offers.resources ? "resources" : "", offers.prompts ? "prompts" : ""].filter(Boolean);
    if (further.length > 0) context.print(`It has ${further.join(" and ")}.`);
    return 0;
  } finally {
    await connection.close();
  }
}
