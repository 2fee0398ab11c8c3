import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { loadConfig } from "@openclaw/config";
import type { Paths } from "@openclaw/config/paths";
import { createFileLease, ensurePrivateDir, gatewayLeaseName, systemClock, writeFileAtomic } from "@openclaw/storage";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";

/** The workspace of the development agent. */
function devWorkspace(paths: Paths): string {
  return paths.workspaceDefault.endsWith("-dev") ? paths.workspaceDefault : `${paths.workspaceDefault}-dev`;
}

/** Writes the development configuration and makes its workspace, where they are missing. */
export async function ensureDevConfig(context: Pick<CommandContext, "paths" | "print" | "shorten">): Promise<void> {
  const { paths } = context;
  const workspace = devWorkspace(paths);
  if (!existsSync(paths.configPath)) {
    const config = {
      gateway: { mode: "local", bind: "loopback" },
      agents: {
        defaults: { workspace, skipBootstrap: true },
        list: [
          {
            id: "dev",
            default: true,
            workspace,
            identity: { name: "C3-PO", theme: "protocol droid", emoji: "🤖" },
          },
        ],
      },
    };
    await ensurePrivateDir(path.dirname(paths.configPath));
    await writeFileAtomic(paths.configPath, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
    context.print(`Dev config ready: ${context.shorten(paths.configPath)}`);
  }
  if (!existsSync(workspace)) {
    await ensurePrivateDir(workspace);
    context.print(`Dev workspace ready: ${context.shorten(workspace)}`);
  }
}

/**
 * Removes configuration, credentials, sessions and workspace of a development instance.
 * @throws CliError when the instance is not one, or a Gateway runs on it
 */
export async function resetDevState(context: Pick<CommandContext, "paths" | "env" | "hint">): Promise<void> {
  const { paths, env } = context;
  if (existsSync(paths.configPath) && paths.profile?.toLowerCase() !== "dev") {
    const { config } = await loadConfig({ paths, env: { ...env } });
    const isDev = config.agents?.list?.some((agent) => agent.id === "dev" && agent.identity?.name === "C3-PO");
    if (!isDev) {
      throw new CliError([
        `--reset removes only a development instance, and ${paths.configPath} is not one.`,
        "Run: openclaw --dev gateway --dev --reset",
      ]);
    }
  }
  const owner = createFileLease({ dir: path.join(paths.stateDir, "leases"), clock: systemClock }).inspect(
    gatewayLeaseName,
  );
  if (owner) {
    throw new CliError([
      `A Gateway runs on ${paths.stateDir} (pid ${owner.pid} on ${owner.host}).`,
      "Stop it before --reset removes what it works with.",
    ]);
  }
  // What waits in journal and outbox belongs to the sessions that go.
  for (const target of [
    paths.configPath,
    paths.credentialsDir,
    paths.agentsDir,
    paths.journalDir,
    paths.outboxDir,
    devWorkspace(paths),
  ]) {
    rmSync(target, { recursive: true, force: true });
  }
}
