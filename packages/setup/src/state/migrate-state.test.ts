import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryInstallation } from "../testing/temporary-installation.ts";
import { findLegacyState, formerStateDir, migrateState, takeOverStateDir } from "./index.ts";

const entry = (sessionId: string, updatedAt: number) => ({ sessionId, updatedAt });

describe("migrateState", () => {
  it("brings sessions to the default agent under canonical keys; doing it twice changes nothing", async () => {
    const installation = temporaryInstallation();
    const { paths, write } = installation;
    write("sessions/sessions.json", JSON.stringify({ main: entry("a", 5), "Group:X": entry("b", 6) }));
    write("sessions/a.jsonl", "{}\n");
    write("agents/main/sessions/sessions.json", JSON.stringify({ "agent:main:main": entry("older", 1) }));
    const { config } = await installation.config();
    const input = { paths, config, now: () => 9 };
    const result = await migrateState(input);
    const target = path.join(paths.agentsDir, "main", "sessions");
    const store = JSON.parse(readFileSync(path.join(target, "sessions.json"), "utf8"));
    expect(
      Object.fromEntries(
        Object.entries(store).map(([key, value]) => [key, (value as { sessionId: string }).sessionId]),
      ),
    ).toEqual({
      "agent:main:main": "a",
      "agent:main:group:x": "b",
    });
    expect(existsSync(path.join(target, "a.jsonl"))).toBe(true);
    expect(existsSync(path.join(paths.stateDir, "sessions"))).toBe(false);
    expect(result.changes).toHaveLength(2);
    expect(result.warnings).toEqual([]);
    expect(await migrateState(input)).toEqual({ changes: [], warnings: [] });
  });

  it("keeps the session that was used last and transcripts that are at the target", async () => {
    const installation = temporaryInstallation();
    const { paths, write } = installation;
    write("sessions/sessions.json", JSON.stringify({ main: entry("old", 1) }));
    write("sessions/a.jsonl", "old\n");
    write("agents/main/sessions/a.jsonl", "new\n");
    write("agents/main/sessions/sessions.json", JSON.stringify({ "agent:main:main": entry("new", 2) }));
    const { config } = await installation.config();
    const { warnings } = await migrateState({ paths, config, now: () => 9 });
    expect(readFileSync(path.join(paths.agentsDir, "main/sessions/a.jsonl"), "utf8")).toBe("new\n");
    expect(readFileSync(path.join(paths.agentsDir, "main/sessions/sessions.json"), "utf8")).toContain('"new"');
    expect(warnings).toEqual([`Left legacy sessions at ${path.join(paths.stateDir, "sessions.legacy-9")}.`]);
    expect(readdirSync(path.join(paths.stateDir, "sessions.legacy-9"))).toEqual(["a.jsonl"]);
  });

  it("leaves a store that it cannot read where it is", async () => {
    const installation = temporaryInstallation();
    const store = installation.write("sessions/sessions.json", "{ broken");
    const { config } = await installation.config();
    const { changes, warnings } = await migrateState({ paths: installation.paths, config, now: () => 9 });
    expect(changes).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining(store)]);
    expect(readFileSync(store, "utf8")).toBe("{ broken");
  });

  it("moves the agent's directory and WhatsApp's credentials; never oauth.json", async () => {
    const installation = temporaryInstallation();
    const { paths, write } = installation;
    installation.configure({ agents: { list: [{ id: "work", default: true }] } });
    write("agent/auth-profiles.json", "{}");
    for (const name of [
      "creds.json",
      "app-state-sync-key-1.json",
      "session-49.json",
      "oauth.json",
      "telegram-allowFrom.json",
    ]) {
      write(`credentials/${name}`, "{}");
    }
    expect(findLegacyState(paths)).toEqual(["agent", "whatsapp"]);
    const { config } = await installation.config();
    await migrateState({ paths, config, now: () => 9 });
    expect(readdirSync(path.join(paths.agentsDir, "work", "agent"))).toEqual(["auth-profiles.json"]);
    expect(readdirSync(paths.credentialsDir).sort()).toEqual(["oauth.json", "telegram-allowFrom.json", "whatsapp"]);
    expect(readdirSync(path.join(paths.credentialsDir, "whatsapp", "default")).sort()).toEqual([
      "app-state-sync-key-1.json",
      "creds.json",
      "session-49.json",
    ]);
    expect(findLegacyState(paths)).toEqual([]);
  });
});

describe("takeOverStateDir", () => {
  it("moves the directory of a former release and leaves a link", () => {
    const { paths, env, home, write } = temporaryInstallation();
    rmSync(paths.stateDir, { recursive: true });
    write(path.join(home, ".moltbot/moltbot.json"), "{}");
    const former = formerStateDir(paths, env);
    expect(former).toBe(path.join(home, ".moltbot"));
    expect(takeOverStateDir(former!, paths.stateDir).ok).toBe(true);
    expect(readFileSync(path.join(paths.stateDir, "moltbot.json"), "utf8")).toBe("{}");
    expect(lstatSync(former!).isSymbolicLink()).toBe(true);
    expect(formerStateDir(paths, env)).toBeUndefined();
  });

  it("never touches a directory that is there already, and offers nothing where a place was chosen", () => {
    const { paths, env, home } = temporaryInstallation();
    mkdirSync(path.join(home, ".clawdbot"));
    expect(takeOverStateDir(path.join(home, ".clawdbot"), paths.stateDir)).toEqual({
      ok: false,
      text: `State dir migration skipped: target already exists (${paths.stateDir}). Remove or merge manually.`,
    });
    expect(formerStateDir(paths, { ...env, OPENCLAW_STATE_DIR: "/data" })).toBeUndefined();
  });
});
