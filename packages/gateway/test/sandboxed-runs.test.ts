import fs from "node:fs";
import os from "node:os";
import path from "node:path";
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

/** A Gateway all of whose sessions are sandboxed by a `docker` that does what the script says. */
async function start(script: string, tools: Json = {}): Promise<{ telegram: TestChannel; client: RawClient }> {
  fs.writeFileSync(path.join(bin, "docker"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const telegram = createTestChannel("telegram");
  gateway = await startTestGateway({
    channels: [telegram],
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
    const [file] = telegram.sent[0]?.mediaUrls ?? [];
    expect(file).toMatch(/sandboxes\/agent-main-[0-9a-f]{8}\/made\.txt$/);
    expect(fs.readFileSync(file ?? "", "utf8")).toBe("made inside");
  });
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
