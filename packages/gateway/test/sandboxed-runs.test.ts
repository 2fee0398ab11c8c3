import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Channel } from "@openclaw/plugin-sdk";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { createTestChannel, type TestChannel } from "../src/testing/test-channel.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
let bin: string;
beforeEach(() => {
  bin = fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-docker-"));
});
afterEach(async () => {
  await gateway.close();
  fs.rmSync(bin, { recursive: true, force: true });
});

/** What stood in attached files while they were sent: channels get copies that are gone afterwards. */
let contents: string[] = [];

function readingFiles(channel: TestChannel): Channel {
  contents = [];
  return {
    meta: channel.meta,
    async start(context) {
      const account = await channel.start(context);
      return {
        stop: () => account.stop(),
        send(delivery) {
          contents.push(...(delivery.mediaUrls ?? []).map((file) => fs.readFileSync(file, "utf8")));
          return account.send(delivery);
        },
      };
    },
  };
}

/** A Gateway all of whose sessions are sandboxed by a `docker` that does what the script says. */
async function start(script: string, tools: Json = {}): Promise<{ telegram: TestChannel; client: RawClient }> {
  fs.writeFileSync(path.join(bin, "docker"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const telegram = createTestChannel("telegram");
  gateway = await startTestGateway({
    channels: [readingFiles(telegram)],
    env: { PATH: `${bin}${path.delimiter}${process.env.PATH}` },
    config: {
      agents: { defaults: { sandbox: { mode: "all" } } },
      channels: { telegram: { enabled: true, botToken: "1:t", dmPolicy: "allowlist", allowFrom: ["7"] } },
      tools,
    },
  });
  return { telegram, client: await gateway.connect() };
}

const agreeable = 'case "$1" in inspect) echo "Error: No such object" >&2; exit 1;; esac';
const offered = (index: number) =>
  ((gateway.model.requests[index]?.body.tools ?? []) as { function: { name: string } }[]).map(
    (tool) => tool.function.name,
  );
const send = async (client: RawClient, message: string, idempotencyKey: string) => {
  await client.request("chat.send", { sessionKey: "main", message, idempotencyKey });
  return client.event("chat", ({ runId, state }) => runId === idempotencyKey && state !== "delta");
};

describe("the message tool", () => {
  const write = (media: string) => ({
    tools: [
      {
        name: "message",
        args: JSON.stringify({ action: "send", channel: "telegram", target: "7", media, message: "see" }),
      },
    ],
  });

  it("is absent from sandboxed runs unless their list names it", async () => {
    const { client } = await start(agreeable);
    await send(client, "hello", "a");
    expect(offered(0)).toContain("exec");
    expect(offered(0)).not.toContain("message");
  });

  it("sends files of the sandbox and none from outside of it", async () => {
    const { telegram, client } = await start(agreeable, { sandbox: { tools: { allow: ["message", "write"] } } });
    const outside = path.join(gateway.workspace, "host.txt");
    fs.writeFileSync(outside, "of this machine");
    gateway.model.enqueue(
      { tools: [{ name: "write", args: JSON.stringify({ path: "made.txt", content: "made inside" }) }] },
      write(outside),
      write("/workspace/../host.txt"),
      write("/workspace/made.txt"),
      { words: ["NO_REPLY"] },
    );
    await send(client, "go", "a");
    expect(offered(0)).toContain("message");
    const told = (index: number) => {
      const messages = gateway.model.requests[index]?.body.messages as { role: string; content: unknown }[];
      return JSON.stringify(messages.findLast(({ role }) => role === "tool")?.content);
    };
    expect(told(2)).toContain(`Cannot attach ${outside}`);
    expect(told(3)).toContain("Cannot attach /workspace/../host.txt");
    await vi.waitFor(() => expect(telegram.sent).toHaveLength(1));
    expect(contents).toEqual(["made inside"]);
  });
});

it("a sandboxed session reads the conversations it began and no others", async () => {
  const { client } = await start(agreeable);
  const read = async (sessionKey: string, runId: string) => {
    const args = JSON.stringify({ sessionKey });
    const message = `tool:sessions_history ${args}`;
    await client.request("chat.send", { sessionKey: "agent:main:box", message, idempotencyKey: runId });
    await client.event("chat", (payload) => payload.runId === runId && payload.state === "final");
    const messages = gateway.model.lastRequest().body.messages as { role: string; content: unknown }[];
    return JSON.stringify(messages.findLast(({ role }) => role === "tool")?.content);
  };
  const child = "agent:main:subagent:1";
  await send(client, "zebra", "a");
  await client.request("sessions.patch", { key: child, spawnedBy: "agent:main:box" });
  await client.request("chat.send", { sessionKey: child, message: "giraffe", idempotencyKey: "b" });
  await client.event("chat", (payload) => payload.runId === "b" && payload.state === "final");

  const refused = await read("main", "c");
  expect(refused).toContain("forbidden");
  expect(refused).toContain("Session not visible from this sandboxed agent session: agent:main:main");
  expect(refused).not.toContain("zebra");
  expect(await read(child, "d")).toContain("giraffe");
});

it("a turn whose sandbox cannot be had ends with the reason in the chat, and nothing is run", async () => {
  const { telegram, client } = await start('echo "Cannot connect to the Docker daemon." >&2; exit 1');
  gateway.model.enqueue({ tools: [{ name: "exec", args: JSON.stringify({ command: "touch ran" }) }] });
  const ended = await send(client, "go", "a");
  expect(ended).toMatchObject({
    state: "error",
    errorMessage: "⚠️ Failed to inspect sandbox image: Cannot connect to the Docker daemon.",
  });
  await telegram.write("go");
  await vi.waitFor(() => expect(telegram.sent).toHaveLength(1));
  expect(telegram.sent[0]?.text).toContain("Failed to inspect sandbox image: Cannot connect to the Docker daemon.");
  expect(gateway.model.requests).toEqual([]);
  expect(fs.existsSync(path.join(gateway.workspace, "ran"))).toBe(false);
});
