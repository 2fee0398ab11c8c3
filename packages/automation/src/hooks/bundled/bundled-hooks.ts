import type { Hook, HookHandler } from "../hook.ts";
import type { BundledHookServices } from "./services.ts";

const nothing = { bins: [], anyBins: [], env: [], config: [], os: [] };

/** The hooks that come with the program. Without services they can be listed, and not be loaded. */
export function bundledHooks(services?: BundledHookServices): Hook[] {
  const hook = (
    about: Pick<Hook, "name" | "emoji" | "description" | "events"> & { config?: string[] },
    load: (given: BundledHookServices) => Promise<HookHandler>,
  ): Hook => {
    const { config = [], ...facts } = about;
    return {
      ...facts,
      source: "openclaw-bundled",
      key: about.name,
      enabled: true,
      always: false,
      requires: { ...nothing, config },
      load() {
        if (services === undefined) throw new Error(`the hook ${about.name} runs in a Gateway only`);
        return load(services);
      },
    };
  };
  return [
    hook(
      {
        name: "session-memory",
        emoji: "💾",
        description: "Saves the end of a conversation to memory/ when /new begins another one",
        events: ["command:new"],
        config: ["workspace.dir"],
      },
      async (given) => (await import("./session-memory.ts")).sessionMemory(given),
    ),
    hook(
      {
        name: "command-logger",
        emoji: "📝",
        description: "Writes commands to logs/commands.log",
        events: ["command"],
      },
      async (given) => (await import("./command-logger.ts")).commandLogger(given),
    ),
    hook(
      {
        name: "boot-md",
        emoji: "🚀",
        description: "Lets the agent follow BOOT.md when the Gateway has started",
        events: ["gateway:startup"],
        config: ["workspace.dir"],
      },
      async (given) => (await import("./boot-md.ts")).bootMd(given),
    ),
    hook(
      {
        name: "soul-evil",
        emoji: "😈",
        description: "Now and then shows the agent SOUL_EVIL.md in place of SOUL.md",
        events: ["agent:bootstrap"],
        config: ["hooks.internal.entries.soul-evil.enabled"],
      },
      async (given) => (await import("./soul-evil.ts")).soulEvil(given),
    ),
  ];
}
