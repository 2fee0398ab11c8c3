import { createBinarySearch, discoverHooks, judgeHook } from "@openclaw/automation";
import type { OpenClawConfig } from "@openclaw/config";
import type { FolderHooks } from "@openclaw/plugins";

/** Reads the hooks of a plugin's folder, with what each needs of this machine. */
export function readFolderHooks(dir: string, config: OpenClawConfig, env: NodeJS.ProcessEnv): FolderHooks {
  const none = { extraDirs: [], bundled: [], workspaceDir: "" };
  const { hooks, problems } = discoverHooks({ ...none, managedDir: dir });
  const place = { config, env, platform: process.platform, hasBinary: createBinarySearch(env) };
  return {
    problems,
    hooks: hooks.map((hook) => ({
      name: hook.name,
      description: hook.description,
      events: hook.events,
      eligible: judgeHook({ ...hook, source: "openclaw-plugin" }, place).eligible,
      async load() {
        const handle = await hook.load();
        return async (event) => void (await handle(event));
      },
    })),
  };
}
