import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
let client: RawClient;
const start = async (config: Json = {}) => {
  gateway = await startTestGateway({ config });
  client = await gateway.connect();
};
afterEach(() => gateway.close());
const call = async (method: string, params: Json) => {
  const answer = await client.request(method, params);
  if (!answer.ok) throw new Error(String(answer.error?.message));
  return answer.payload;
};
const listed = async () => ((await call("agents.list", {})).agents as { id: string }[]).map(({ id }) => id);

it("an agent is made beside the one that was there, answers, and goes to the trash with its files", async () => {
  await start();
  const workspace = path.join(gateway.home, "bot");
  expect(await call("agents.create", { name: "Work Bot", workspace, emoji: "💼" })).toEqual({
    ok: true,
    agentId: "work-bot",
    name: "Work Bot",
    workspace,
  });
  expect(await listed()).toEqual(["main", "work-bot"]);
  expect((await call("agents.list", {})).defaultId).toBe("main");
  expect(await call("agent.identity.get", { agentId: "work-bot" })).toMatchObject({ name: "Work Bot", emoji: "💼" });
  await client.request("chat.send", { sessionKey: "agent:work-bot:main", message: "Hi", idempotencyKey: "r1" });
  expect(await client.event("chat", ({ runId, state }) => runId === "r1" && state !== "delta")).toMatchObject({
    state: "final",
  });
  fs.writeFileSync(path.join(workspace, "notes.txt"), "kept");
  expect(await call("agents.delete", { agentId: "work-bot" })).toEqual({
    ok: true,
    agentId: "work-bot",
    removedBindings: 0,
  });
  expect(await listed()).toEqual(["main"]);
  expect(fs.existsSync(workspace)).toBe(false);
  expect(fs.existsSync(path.join(gateway.stateDir, "agents", "work-bot"))).toBe(false);
  const trash = path.join(gateway.home, ".local", "share", "Trash", "files");
  const thrown = fs.readdirSync(trash).find((name) => name.startsWith("bot"));
  expect(fs.readFileSync(path.join(trash, String(thrown), "notes.txt"), "utf8")).toBe("kept");
});

it("a workspace that others use stays, and bindings of a removed agent go", async () => {
  await start();
  await call("agents.create", { name: "a", workspace: gateway.workspace });
  const { hash, raw } = await call("config.get", {});
  const file = JSON.parse(String(raw)) as Json;
  const bindings = [{ agentId: "a", match: { channel: "telegram" } }];
  await call("config.set", { raw: JSON.stringify({ ...file, bindings }), baseHash: hash });
  expect(await call("agents.delete", { agentId: "a" })).toMatchObject({ removedBindings: 1 });
  expect(fs.existsSync(gateway.workspace)).toBe(true);
  expect((await call("config.get", {})).parsed).not.toHaveProperty("bindings.0");
});

it("a change keeps what it does not name", async () => {
  await start({
    agents: {
      list: [
        { id: "main", default: true },
        { id: "b", name: "B", identity: { emoji: "🐝" } },
      ],
    },
  });
  await call("agents.update", { agentId: "b", name: "Bee", avatar: "B" });
  expect(await call("agents.list", {})).toMatchObject({
    agents: [{ id: "main" }, { id: "b", name: "Bee", identity: { emoji: "🐝", avatar: "B" } }],
  });
});

it("files of a workspace are written and read, and a link that leads out of it is not followed", async () => {
  await start();
  await call("agents.files.set", { agentId: "main", name: "SOUL.md", content: "# Soul\n" });
  expect(fs.readFileSync(path.join(gateway.workspace, "SOUL.md"), "utf8")).toBe("# Soul\n");
  fs.symlinkSync("/etc/hosts", path.join(gateway.workspace, "USER.md"));
  for (const method of ["agents.files.get", "agents.files.set"]) {
    const answer = await client.request(method, { agentId: "main", name: "USER.md", content: "x" });
    expect(answer.ok, method).toBe(false);
  }
  expect((await client.request("agents.files.list", { agentId: "main" })).error?.message).toBe(
    'unsupported file "USER.md"',
  );
});

it("secrets of a skill are stored and never told", async () => {
  await start();
  const params = { skillKey: "weather", enabled: true, env: { WX_KEY: "env-secret" }, apiKey: " key-secret\n" };
  const answer = await call("skills.update", params);
  expect(answer.config).toEqual({
    enabled: true,
    apiKey: "__OPENCLAW_REDACTED__",
    env: { WX_KEY: "__OPENCLAW_REDACTED__" },
  });
  const text = fs.readFileSync(gateway.configPath, "utf8");
  expect(text).toContain('"key-secret"');
  expect(text).toContain('"env-secret"');
});

it("without a source of updates an update changes nothing, and nothing restarts", async () => {
  await start();
  expect(await call("update.run", { sessionKey: "main" })).toMatchObject({
    ok: true,
    result: { status: "skipped", reason: "no-update-source", steps: [] },
    restart: null,
  });
  expect(fs.existsSync(path.join(gateway.stateDir, "restart-sentinel.json"))).toBe(false);
});

it("a workspace that is no absolute path is refused, and nothing is made of it", async () => {
  await start();
  await call("agents.create", { name: "a", workspace: path.join(gateway.home, "a") });
  const before = (await call("config.get", {})).raw;
  for (const workspace of ["bot", "./bot", "../bot", "~other/bot"]) {
    for (const [method, params] of [
      ["agents.create", { name: "b", workspace }],
      ["agents.update", { agentId: "a", workspace }],
    ] as const) {
      const { error } = await client.request(method, params);
      expect(error).toMatchObject({
        code: "INVALID_REQUEST",
        message: expect.stringContaining("workspace must be an absolute path or begin with ~/"),
      });
    }
    expect(fs.existsSync(path.resolve(workspace))).toBe(false);
  }
  expect((await call("config.get", {})).raw).toBe(before);
  await call("agents.create", { name: "c", workspace: "~/c" });
  expect(fs.existsSync(path.join(gateway.home, "c"))).toBe(true);
});
