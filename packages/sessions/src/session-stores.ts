import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Logger } from "@openclaw/log";
import type { Clock } from "@openclaw/storage";
import { isErrno } from "./session-error.ts";
import { SessionIndex } from "./session-index.ts";
import { normalizeAgentId } from "./session-key.ts";
import type { SessionNames } from "./session-names.ts";
import type { SessionsConfig } from "./sessions-config.ts";
import type { Schedule } from "./snapshot-timer.ts";
import { agentSessionsDir } from "./transcript-path.ts";

export interface SessionStoresOptions {
  stateDir: string;
  config: () => SessionsConfig;
  clock?: Clock;
  log?: Pick<Logger, "warn" | "error">;
  homeDir?: string;
  schedule?: Schedule;
}

/** The stores of all agents below one state directory. */
export class SessionStores {
  readonly #options: SessionStoresOptions;
  readonly #names: SessionNames;
  readonly #byPath = new Map<string, SessionIndex>();
  /** Where agents keep their sessions, as one configuration object says. */
  #byAgent: { config: SessionsConfig; indexes: Map<string, SessionIndex> } | undefined;

  constructor(options: SessionStoresOptions, names: SessionNames) {
    this.#options = options;
    this.#names = names;
  }

  /** Configured agents; those with a directory when none are configured. The default agent comes first. */
  agentIds(): string[] {
    const list = this.#options.config().agents?.list ?? [];
    const ids = list.length > 0 ? list.map((agent) => normalizeAgentId(agent.id)) : this.#agentsOnDisk();
    return [...new Set([this.#names.defaultAgentId, ...ids])];
  }

  /** Path of an agent's store. */
  path(agentId: string): string {
    const { config, stateDir, homeDir } = this.#options;
    const store = config().session?.store?.trim();
    if (!store) return join(agentSessionsDir(stateDir, agentId), "sessions.json");
    return resolve(store.replaceAll("{agentId}", agentId).replace(/^~(?=$|[\\/])/, homeDir ?? homedir()));
  }

  /** The store of an agent, opened on first use. Agents that share a store share its index. */
  index(agentId: string): SessionIndex {
    const id = normalizeAgentId(agentId);
    const indexes = this.#indexesNow();
    const seen = indexes.get(id);
    if (seen) return seen;
    const index = this.#indexAt(this.path(id), id);
    indexes.set(id, index);
    return index;
  }

  /** The stores of all agents, each once. */
  indexes(): SessionIndex[] {
    return [...new Set(this.agentIds().map((id) => this.index(id)))];
  }

  /** Writes all snapshots that are due. */
  async flush(): Promise<void> {
    await Promise.all([...this.#byPath.values()].map((index) => index.flush()));
  }

  async close(): Promise<void> {
    const indexes = [...this.#byPath.values()];
    this.#byPath.clear();
    this.#byAgent = undefined;
    await Promise.all(indexes.map((index) => index.close()));
  }

  #indexesNow(): Map<string, SessionIndex> {
    const config = this.#options.config();
    if (this.#byAgent?.config !== config) this.#byAgent = { config, indexes: new Map() };
    return this.#byAgent.indexes;
  }

  #indexAt(path: string, id: string): SessionIndex {
    const known = this.#byPath.get(path);
    if (known) return known;
    const { clock, log, schedule } = this.#options;
    const index = SessionIndex.open({
      path,
      agentId: id,
      ...(clock ? { clock } : {}),
      ...(log ? { log } : {}),
      ...(schedule ? { schedule } : {}),
    });
    this.#byPath.set(path, index);
    return index;
  }

  #agentsOnDisk(): string[] {
    const { stateDir } = this.#options;
    try {
      return readdirSync(join(stateDir, "agents"), { withFileTypes: true })
        .filter((item) => item.isDirectory() && existsSync(join(agentSessionsDir(stateDir, item.name))))
        .map((item) => normalizeAgentId(item.name));
    } catch (error) {
      if (isErrno(error, "ENOENT")) return [];
      throw error;
    }
  }
}
