import { statSync } from "node:fs";
import type { Logger } from "@openclaw/log";
import type { RuntimeConfig } from "../run/runtime-config.ts";
import { ensureWorkspace } from "./ensure-workspace.ts";
import { workspaceDir } from "./workspace-dir.ts";

/** The workspaces of a runtime's agents. */
export interface Workspaces {
  /** The directory of an agent, made on first use and again when it has gone. */
  ensure(agentId: string): Promise<string>;
  /** Waits for what still goes on in the background. */
  close(): Promise<void>;
}

export function createWorkspaces(options: {
  config: () => RuntimeConfig;
  env: NodeJS.ProcessEnv;
  log: Logger;
}): Workspaces {
  const ensured = new Map<string, Promise<void>>();
  const background = new Set<Promise<boolean>>();

  const create = async (dir: string): Promise<void> => {
    const skipBootstrap = options.config().agents?.defaults?.skipBootstrap === true;
    const { created, repository } = await ensureWorkspace(dir, { skipBootstrap, env: options.env });
    if (created.length > 0) options.log.info(`workspace ${dir}: created ${created.join(", ")}`);
    // The repository is a convenience; no turn waits for it.
    background.add(repository);
    void repository.then(() => background.delete(repository));
  };

  return {
    async ensure(agentId) {
      const dir = workspaceDir(options.config(), agentId, options.env);
      const known = ensured.get(dir);
      if (known !== undefined) {
        await known;
        if (statSync(dir, { throwIfNoEntry: false }) !== undefined) return dir;
      }
      const creating = create(dir);
      ensured.set(dir, creating);
      try {
        await creating;
      } catch (error) {
        ensured.delete(dir);
        throw new Error(
          `The workspace ${dir} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
          {
            cause: error,
          },
        );
      }
      return dir;
    },
    async close() {
      await Promise.all(background);
    },
  };
}
