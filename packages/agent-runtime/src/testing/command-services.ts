import type { Models } from "@openclaw/models";
import { mergeSessionEntry, type SessionEntry } from "@openclaw/sessions";
import { createCommandRegistry } from "../commands/command-registry.ts";
import type { CommandRequest, CommandServices } from "../commands/command-request.ts";
import type { CommandProvider } from "../commands/command-table.ts";

export const commandProviders: ReadonlySet<CommandProvider> = new Set([
  "compaction",
  "approvals",
  "subagents",
  "bash",
  "allowlist",
  "restart",
  "docks",
]);

/** Services over one session in memory; whatever a test does not give fails when it is used. */
export function commandServices(given: Partial<CommandServices>): CommandServices & {
  entry(): SessionEntry | undefined;
  events: string[];
} {
  let entry: SessionEntry | undefined;
  const events: string[] = [];
  const unused = (what: string) => () => {
    throw new Error(`${what} is not part of this test`);
  };
  return {
    registry: createCommandRegistry({ providers: commandProviders, docks: ["telegram"] }),
    models: undefined as unknown as Models,
    config: () => ({ commands: { bash: true, config: true, debug: true, restart: true } }),
    now: () => 10_000,
    session: {
      get: () => entry,
      inheritedModel: () => undefined,
      patch(_key, patch) {
        entry = mergeSessionEntry(entry ?? { sessionId: "s", updatedAt: 1 }, patch, 10_000);
      },
    },
    tellModel: async (_key, text) => void events.push(text),
    statusFacts: unused("the status card"),
    promptReport: unused("the prompt"),
    stop: unused("stopping"),
    usage: { session: unused("the cost of a session"), since: unused("the cost of a time") },
    configFile: {
      read: unused("the file"),
      set: unused("a write"),
      unset: unused("a removal"),
      redact: (_path, value) => value,
      writesAllowed: () => true,
      overrides: () => ({}),
      override: unused("an override"),
    },
    elevated: ({ sender }) => (sender.id === "me" ? { allowed: true } : { allowed: false, failing: ["allowFrom"] }),
    sandbox: () => ({ backend: "docker", mode: "off", sandboxed: false }),
    skills: () => [],
    authFile: () => "/auth.json",
    endpoint: () => ({}),
    ...given,
    entry: () => entry,
    events,
  };
}

/** A command of the Gateway's owner in the web chat. */
export function commandRequest(args: string, more: Partial<CommandRequest> = {}): CommandRequest {
  return {
    args,
    sessionKey: "agent:main:main",
    agentId: "main",
    sender: { id: "me", mayApprove: true, mayConfigure: true },
    place: { channel: "webchat", isGroup: false, mentioned: true },
    ...more,
  };
}
