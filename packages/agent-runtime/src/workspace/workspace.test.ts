import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureWorkspace } from "./ensure-workspace.ts";
import { defaultAgentId, workspaceDir } from "./workspace-dir.ts";

let dir: string;
beforeEach(() => {
  dir = join(realpathSync(mkdtempSync(join(tmpdir(), "openclaw-workspace-"))), "w");
});
afterEach(() => rmSync(join(dir, ".."), { recursive: true, force: true }));

const six = ["AGENTS.md", "HEARTBEAT.md", "IDENTITY.md", "SOUL.md", "TOOLS.md", "USER.md"];

test("a new workspace gets seven files and a repository", async () => {
  const { created, repository } = await ensureWorkspace(dir);
  expect([...created].sort()).toEqual(["BOOTSTRAP.md", ...six].sort());
  expect(await repository).toBe(true);
  expect(existsSync(join(dir, ".git"))).toBe(true);
});

test("a workspace with one of the files gets the others, but no ritual and no repository", async () => {
  mkdirSync(dir);
  writeFileSync(join(dir, "SOUL.md"), "mine");
  const { created, repository } = await ensureWorkspace(dir);
  expect([...created].sort()).toEqual(six.filter((name) => name !== "SOUL.md"));
  expect(await repository).toBe(false);
  expect(readFileSync(join(dir, "SOUL.md"), "utf8")).toBe("mine");
});

test("an existing file is never written, and nothing happens the second time", async () => {
  await ensureWorkspace(dir);
  rmSync(join(dir, "BOOTSTRAP.md"));
  writeFileSync(join(dir, "USER.md"), "Ada");
  expect((await ensureWorkspace(dir)).created).toEqual([]);
  expect(readFileSync(join(dir, "USER.md"), "utf8")).toBe("Ada");
});

test("skipBootstrap makes the folder and nothing else", async () => {
  await ensureWorkspace(dir, { skipBootstrap: true });
  expect(readdirSync(dir)).toEqual([]);
});

test("without git the workspace is complete all the same", async () => {
  const { created, repository } = await ensureWorkspace(dir, { env: { PATH: "/nowhere" } });
  expect(created).toHaveLength(7);
  expect(await repository).toBe(false);
});

test("the new checklist has nothing to do, and the identity no name", async () => {
  await ensureWorkspace(dir);
  for (const line of readFileSync(join(dir, "HEARTBEAT.md"), "utf8").trim().split("\n")) expect(line).toMatch(/^#/);
  expect(readFileSync(join(dir, "IDENTITY.md"), "utf8")).toMatch(/^- \*\*Name:\*\* \(/m);
});

test("where a workspace is", () => {
  const env = { HOME: "/home/ada" };
  const agents = {
    defaults: {},
    list: [{ id: "main", default: true }, { id: "Work", workspace: "~/work" }, { id: "other" }],
  };
  expect(workspaceDir({}, "main", env)).toBe("/home/ada/.openclaw/workspace");
  expect(workspaceDir({}, "main", { ...env, OPENCLAW_PROFILE: "dev" })).toBe("/home/ada/.openclaw/workspace-dev");
  expect(workspaceDir({ agents: { defaults: { workspace: "~/claw" } } }, "main", env)).toBe("/home/ada/claw");
  expect(workspaceDir({ agents }, "work", env)).toBe("/home/ada/work");
  expect(workspaceDir({ agents }, "other", env)).toBe("/home/ada/.openclaw/workspace-other");
  expect(workspaceDir({ agents }, "other", { ...env, OPENCLAW_STATE_DIR: "/state" })).toBe("/state/workspace-other");
  expect(workspaceDir({}, "main", { ...env, OPENCLAW_HOME: "~/oc" })).toBe("/home/ada/oc/.openclaw/workspace");
  expect(defaultAgentId({ agents: { list: [{ id: "A" }, { id: "b", default: true }] } })).toBe("b");
});
