import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A state directory for one test. */
export interface TemporaryState {
  readonly dir: string;
  /** `agents/<id>/agent/<name>`, or the directory itself. */
  agentPath(name?: string, agentId?: string): string;
  write(path: string, content: unknown): void;
  profiles(content: unknown, agentId?: string): void;
  readProfiles(agentId?: string): Record<string, unknown>;
}

export function temporaryState(): TemporaryState {
  const dir = mkdtempSync(join(tmpdir(), "openclaw-models-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const agentPath = (name = "", agentId = "main") => join(dir, "agents", agentId, "agent", name);
  const write = (path: string, content: unknown) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  };
  return {
    dir,
    agentPath,
    write,
    profiles: (content, agentId) => write(agentPath("auth-profiles.json", agentId), content),
    readProfiles: (agentId) => JSON.parse(readFileSync(agentPath("auth-profiles.json", agentId), "utf8")),
  };
}
