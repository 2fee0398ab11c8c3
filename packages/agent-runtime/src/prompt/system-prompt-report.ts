import type { Tool } from "@openclaw/plugin-sdk";
import type { InjectedFile } from "./project-context.ts";

/** What a system prompt is made of, in characters; the data behind `/context`. */
export interface SystemPromptReport {
  source: "run" | "estimate";
  generatedAt: number;
  sessionId?: string;
  sessionKey?: string;
  provider: string;
  model: string;
  workspaceDir: string;
  bootstrapMaxChars: number;
  sandbox: { mode: string; sandboxed: boolean };
  systemPrompt: { chars: number; projectContextChars: number; nonProjectContextChars: number };
  injectedWorkspaceFiles: Omit<InjectedFile, "content">[];
  skills: { promptChars: number; entries: { name: string; blockChars: number }[] };
  tools: {
    listChars: number;
    schemaChars: number;
    entries: { name: string; summaryChars: number; schemaChars: number; propertiesCount: number }[];
  };
}

export function systemPromptReport(input: {
  source: "run" | "estimate";
  now: number;
  provider: string;
  model: string;
  workspaceDir: string;
  bootstrapMaxChars: number;
  prompt: string;
  files: readonly InjectedFile[];
  sandbox: SystemPromptReport["sandbox"];
  tools: readonly Tool[];
  toolListChars: number;
  skills?: { prompt: string; entries: readonly { name: string; blockChars: number }[] } | undefined;
}): SystemPromptReport {
  const projectContextChars = input.files.reduce((sum, file) => sum + file.injectedChars, 0);
  const entries = input.tools.map((tool) => ({
    name: tool.name,
    summaryChars: tool.description.length,
    schemaChars: JSON.stringify(tool.parameters).length,
    propertiesCount: propertyCount(tool.parameters),
  }));
  return {
    source: input.source,
    generatedAt: input.now,
    provider: input.provider,
    model: input.model,
    workspaceDir: input.workspaceDir,
    bootstrapMaxChars: input.bootstrapMaxChars,
    sandbox: input.sandbox,
    systemPrompt: {
      chars: input.prompt.length,
      projectContextChars,
      nonProjectContextChars: input.prompt.length - projectContextChars,
    },
    injectedWorkspaceFiles: input.files.map(({ content: _content, ...file }) => file),
    skills: { promptChars: input.skills?.prompt.length ?? 0, entries: [...(input.skills?.entries ?? [])] },
    tools: {
      listChars: input.toolListChars,
      schemaChars: entries.reduce((sum, entry) => sum + entry.schemaChars, 0),
      entries,
    },
  };
}

function propertyCount(schema: object): number {
  if (!("properties" in schema) || typeof schema.properties !== "object" || schema.properties === null) return 0;
  return Object.keys(schema.properties).length;
}
