import fs from "node:fs";
import path from "node:path";
import { writeFileAtomic } from "@openclaw/storage";
import { type HandlersOf, invalidRequest } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

const files = ["AGENTS.md", "SOUL.md", "TOOLS.md", "IDENTITY.md", "USER.md", "HEARTBEAT.md", "BOOTSTRAP.md"] as const;
const memoryFiles = ["MEMORY.md", "memory.md"] as const;
const known: readonly string[] = [...files, ...memoryFiles];

/** `agents.files.*`: the files of an agent's workspace that make it what it is. */
export function agentFileMethods({
  agents,
}: MethodContext): HandlersOf<"agents.files.list" | "agents.files.get" | "agents.files.set"> {
  const workspaceOf = (agentId: string): string => {
    const id = agentId.trim().toLowerCase();
    if (!agents.has(id)) throw invalidRequest("unknown agent id");
    return agents.workspace(id);
  };
  const check = (name: string): void => {
    if (!known.includes(name)) throw invalidRequest(`unsupported file "${name}"`);
  };

  return {
    "agents.files.list"({ agentId }) {
      const workspace = workspaceOf(agentId);
      const memory = memoryFiles.find((name) => fs.existsSync(path.join(workspace, name))) ?? memoryFiles[0];
      return { agentId, workspace, files: [...files, memory].map((name) => describe(workspace, name)) };
    },

    "agents.files.get"({ agentId, name }) {
      const workspace = workspaceOf(agentId);
      check(name);
      return { agentId, workspace, file: withContent(workspace, name) };
    },

    async "agents.files.set"({ agentId, name, content }) {
      const workspace = workspaceOf(agentId);
      check(name);
      describe(workspace, name);
      fs.mkdirSync(workspace, { recursive: true });
      const file = path.join(workspace, name);
      await writeFileAtomic(fs.existsSync(file) ? fs.realpathSync(file) : file, content, { mode: 0o600 });
      return { ok: true as const, agentId, workspace, file: withContent(workspace, name) };
    },
  };
}

interface WorkspaceFile {
  name: string;
  path: string;
  missing: boolean;
  size?: number;
  updatedAtMs?: number;
  content?: string;
}

function describe(workspace: string, name: string): WorkspaceFile {
  const file = path.join(workspace, name);
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) return { name, path: file, missing: true };
  // A link that leads out of the workspace would show files that are none of the agent's.
  if (!fs.realpathSync(file).startsWith(`${fs.realpathSync(workspace)}${path.sep}`)) {
    throw invalidRequest(`unsupported file "${name}"`);
  }
  return { name, path: file, missing: false, size: stat.size, updatedAtMs: Math.round(stat.mtimeMs) };
}

function withContent(workspace: string, name: string): WorkspaceFile {
  const file = describe(workspace, name);
  return file.missing ? file : { ...file, content: fs.readFileSync(file.path, "utf8") };
}
