import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { createUnreadFile } from "../../models/src/testing/unread-file.ts";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

// What a start does, and does not do, with models and their credentials.

let gateway: TestGateway;
afterEach(() => gateway.close());

async function say(client: RawClient, message: string): Promise<void> {
  const ended = client.event("chat", (payload) => payload.runId === message && payload.state === "final");
  await client.request("chat.send", { sessionKey: "main", message, idempotencyKey: message });
  await ended;
}

test("a key in the environment restricts nothing: the list of allowed models stays empty, and every model can be chosen", async () => {
  gateway = await startTestGateway({ env: { ANTHROPIC_API_KEY: "sk-ant-api03-0123456789" } });
  const before = fs.readFileSync(gateway.configPath, "utf8");
  const client = await gateway.connect();
  await say(client, "hello");
  expect(fs.readFileSync(gateway.configPath, "utf8")).toBe(before);
  expect(JSON.parse(before).agents.defaults).not.toHaveProperty("models");
  const { models } = (await client.request("models.list", {})).payload as { models: Json[] };
  const providers = new Set(models.map(({ provider }) => provider));
  expect([...providers]).toEqual(expect.arrayContaining(["anthropic", "openai", "google", "openrouter"]));
  const patched = await client.request("sessions.patch", { key: "main", model: "openai/gpt-5.2" });
  expect(patched).toMatchObject({ ok: true });
});

test("a local server that never answers is not waited for, nor asked, at a start", async () => {
  const asked: string[] = [];
  const answering = fetch;
  gateway = await startTestGateway({
    env: { OLLAMA_API_KEY: "ollama-local" },
    fetch: (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      if (!url.includes(":11434")) return answering(input, init);
      asked.push(url);
      // It takes the connection and says nothing.
      return new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
    },
  });
  const client = await gateway.connect();
  expect(await client.request("health", {})).toMatchObject({ ok: true });
  await say(client, "hello");
  expect(asked).toEqual([]);
  // Whoever wants the list has it asked for its models.
  const { models } = (await client.request("models.list", {})).payload as { models: Json[] };
  expect(asked).toEqual(["http://127.0.0.1:11434/api/tags"]);
  expect(models.map(({ provider }) => provider)).not.toContain("ollama");
}, 15_000);

test("the login of Claude Code on the machine is left unread by a start and by runs", async () => {
  const unread: ReturnType<typeof createUnreadFile>[] = [];
  gateway = await startTestGateway({
    prepare: ({ home }) => {
      unread.push(
        createUnreadFile(path.join(home, ".claude", ".credentials.json")),
        createUnreadFile(path.join(home, ".codex", "auth.json")),
      );
    },
  });
  const client = await gateway.connect();
  await say(client, "hello");
  await client.request("models.list", {});
  await client.request("usage.status", {});
  expect(unread.map((file) => file.isUnread())).toEqual([true, true]);
});
