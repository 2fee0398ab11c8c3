import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { ensureWorkspace } from "@openclaw/agent-runtime";
import { ConfigError, type OpenClawConfig } from "@openclaw/config";
import { agentSessionsDir, normalizeAgentId } from "@openclaw/sessions";
import { moveToTrash } from "@openclaw/storage";
import { agentFileMethods } from "./agent-files.ts";
import { type HandlersOf, invalidRequest } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

type AgentEntry = NonNullable<NonNullable<OpenClawConfig["agents"]>["list"]>[number];
type AgentMethod =
  | "agents.create"
  | "agents.update"
  | "agents.delete"
  | "agents.files.list"
  | "agents.files.get"
  | "agents.files.set";

/** The agent that is there while the configuration lists none. */
const mainId = "main";

/** `agents.*`: making, changing and removing agents. */
export function agentSettingsMethods(gateway: MethodContext): HandlersOf<AgentMethod> {
  const { configStore, agents, env, sessions, log } = gateway;
  const entries = (): readonly AgentEntry[] => configStore.snapshot().config.agents?.list ?? [];
  const indexOf = (id: string) => entries().findIndex((entry) => normalizeAgentId(entry.id) === id);

  /** Changes the configuration; what it refuses, the caller hears. */
  const write = async (change: () => Promise<unknown>): Promise<void> => {
    try {
      await change();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw invalidRequest(error.message, error.details ? { details: error.details } : {});
    }
  };

  /** The agents as the file has them: defaults are not to be written into it. */
  const listed = (): AgentEntry[] => {
    const parsed = configStore.snapshot().parsed as { agents?: { list?: AgentEntry[] } } | undefined;
    return parsed?.agents?.list ?? [...entries()];
  };

  return {
    ...agentFileMethods(gateway),

    async "agents.create"(params) {
      const name = params.name.trim();
      const { workspace: asked, emoji, avatar } = params;
      const model = "model" in params && typeof params.model === "string" ? params.model : undefined;
      const agentId = normalizeAgentId(name);
      if (agentId === mainId) throw invalidRequest(`"${mainId}" is reserved`);
      if (indexOf(agentId) >= 0) throw invalidRequest(`agent "${agentId}" already exists`);
      if (asked !== undefined) expectFolderName(asked);
      const identity = { name, ...(emoji ? { emoji } : {}), ...(avatar ? { avatar } : {}) };
      const entry = {
        id: agentId,
        name,
        ...(asked ? { workspace: asked } : {}),
        ...(model ? { model } : {}),
        identity,
      };
      // The first agent that is listed would take the place of the one that was there unlisted.
      const before = entries().length === 0 ? [{ id: mainId }] : [];
      await write(() => configStore.set("agents.list", [...listed(), ...before, entry]));
      const workspace = agents.workspace(agentId);
      await ensureWorkspace(workspace, {
        skipBootstrap: configStore.snapshot().config.agents?.defaults?.skipBootstrap ?? false,
        env,
      });
      fs.mkdirSync(agentSessionsDir(sessions.stateDir, agentId), { recursive: true, mode: 0o700 });
      return { ok: true as const, agentId, name, workspace };
    },

    async "agents.update"({ agentId: named, name, workspace, model, avatar }) {
      const agentId = normalizeAgentId(named);
      const index = indexOf(agentId);
      if (index < 0) throw invalidRequest(`agent "${agentId}" not found`);
      if (workspace !== undefined) expectFolderName(workspace);
      const change = (entry: AgentEntry): AgentEntry => ({
        ...entry,
        ...(name === undefined ? {} : { name: name.trim() }),
        ...(workspace === undefined ? {} : { workspace }),
        ...(model === undefined ? {} : { model }),
        ...(avatar === undefined ? {} : { identity: { ...entry.identity, avatar } }),
      });
      const next = listed().map((entry, at) => (at === index ? change(entry) : entry));
      await write(() => configStore.set("agents.list", next));
      if (workspace !== undefined) {
        const { skipBootstrap = false } = configStore.snapshot().config.agents?.defaults ?? {};
        await ensureWorkspace(agents.workspace(agentId), { skipBootstrap, env });
      }
      return { ok: true as const, agentId };
    },

    async "agents.delete"({ agentId: named, deleteFiles }) {
      const agentId = normalizeAgentId(named);
      if (agentId === mainId) throw invalidRequest(`"${mainId}" cannot be deleted`);
      const index = indexOf(agentId);
      if (index < 0) throw invalidRequest(`agent "${agentId}" not found`);
      const workspace = agents.workspace(agentId);
      const { bindings = [] } = configStore.snapshot().config;
      const kept = bindings.filter((binding) => normalizeAgentId(binding.agentId) !== agentId);
      await write(() => configStore.set("agents.list", listed().toSpliced(index, 1)));
      if (kept.length < bindings.length) await write(() => configStore.set("bindings", kept));
      if (deleteFiles) {
        const places = [workspace, path.dirname(agentSessionsDir(sessions.stateDir, agentId))];
        const home = env.HOME ?? os.homedir();
        for (const place of places.filter((dir) => isAgentsOwn(dir, home))) {
          const now = () => gateway.clock.now();
          if (!fs.existsSync(place)) continue;
          const moved = await moveToTrash(place, { home, env, platform: process.platform, now, create: true }).catch(
            (error: unknown) => String(error),
          );
          if (moved !== true) {
            const reason = moved === false ? "there is no Trash for programs on this system" : moved;
            log.warn(`${place} stays where it is: ${reason}`, { agent: agentId });
          }
        }
      }
      return { ok: true as const, agentId, removedBindings: bindings.length - kept.length };
    },
  };

  /** Whether a folder holds nothing but this agent's: not another's workspace, nor a folder with such things in it. */
  function isAgentsOwn(dir: string, home: string): boolean {
    const others = [home, sessions.stateDir, ...agents.ids().map((id) => agents.workspace(id))];
    return others.every(
      (other) => path.relative(dir, other).startsWith("..") || path.isAbsolute(path.relative(dir, other)),
    );
  }
}

/** What no file system takes, or means another folder wherever the Gateway was started, must not get as far as the configuration. */
function expectFolderName(folder: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f]/.test(folder))
    throw invalidRequest("workspace must be the path of a folder, without control characters");
  if (folder.trim() !== "" && !path.isAbsolute(folder.trim()) && !/^~($|[/\\])/.test(folder.trim()))
    throw invalidRequest(
      "workspace must be an absolute path or begin with ~/: the Gateway has no folder of its own to begin at",
    );
}
