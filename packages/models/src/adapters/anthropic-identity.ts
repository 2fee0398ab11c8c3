import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import type { RequestCredential } from "../credentials/request-credential.ts";

/** A subscription's token is taken from requests that look like those of the program it was made for. */
const identity = "You are Claude Code, Anthropic's official CLI for Claude.";
const programVersion = "2.1.2";

export const subscriptionBetas = ["claude-code-20250219", "oauth-2025-04-20"];
export const subscriptionHeaders = {
  "user-agent": `claude-cli/${programVersion} (external, cli)`,
  "x-app": "cli",
};

/** Tools of that program, as it writes their names. */
const canonicalNames = new Map(
  ["Read", "Write", "Edit", "Bash", "Grep", "Glob", "WebFetch", "WebSearch", "Task", "TodoWrite", "NotebookEdit"].map(
    (name) => [name.toLowerCase(), name],
  ),
);

/** Whether a credential is a token of a Claude subscription. */
export function isSubscription(credential: RequestCredential): boolean {
  const secret = credential.kind === "none" ? "" : credential.kind === "token" ? credential.token : credential.key;
  return secret.startsWith("sk-ant-oat");
}

/** Puts the identity first and writes tool names as the program does; `ownNames` leads back. */
export function asSubscription(call: LanguageModelV4CallOptions): {
  call: LanguageModelV4CallOptions;
  ownNames: ReadonlyMap<string, string>;
} {
  const ownNames = new Map<string, string>();
  const rename = (name: string) => {
    const canonical = canonicalNames.get(name.toLowerCase()) ?? name;
    if (canonical !== name) ownNames.set(canonical, name);
    return canonical;
  };
  const tools = call.tools?.map((tool) => ({ ...tool, name: rename(tool.name) }));
  const prompt = call.prompt.map((message): typeof message => {
    if (message.role === "assistant") {
      const content = message.content.map((part) =>
        part.type === "tool-call" ? { ...part, toolName: rename(part.toolName) } : part,
      );
      return { ...message, content };
    }
    return message;
  });
  return {
    ownNames,
    call: {
      ...call,
      prompt: [{ role: "system", content: identity }, ...prompt],
      ...(tools && { tools }),
      ...(call.toolChoice?.type === "tool" && {
        toolChoice: { type: "tool", toolName: rename(call.toolChoice.toolName) },
      }),
    },
  };
}

/** Names tools as the caller does. */
export function withOwnNames<Part extends LanguageModelV4StreamPart>(
  part: Part,
  ownNames: ReadonlyMap<string, string>,
): Part {
  if (part.type !== "tool-call" && part.type !== "tool-input-start") return part;
  return { ...part, toolName: ownNames.get(part.toolName) ?? part.toolName };
}
