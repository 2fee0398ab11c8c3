import { expect, it } from "vitest";
import type { RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway } from "../src/testing/test-gateway.ts";

const clientCount = 200;
const chatCount = 20;

it("200 clients get every word of 20 chats that go on at once, in order and without a gap", {
  timeout: 60_000,
}, async () => {
  await using gateway = await startTestGateway({ config: { agents: { defaults: { maxConcurrent: 8 } } } });
  const clients: RawClient[] = [];
  while (clients.length < clientCount) {
    const protocol = clients.length % 2 === 0 ? 3 : 4;
    clients.push(await gateway.connect({ protocol, scopes: ["operator.write"] }));
  }
  const [sender] = clients;
  if (!sender) throw new Error("nobody is connected");
  const runs = Array.from({ length: chatCount }, (_, chat) => `run-${chat}`);
  await Promise.all(
    runs.map((runId, chat) =>
      sender.request("chat.send", {
        sessionKey: `agent:main:chat-${chat}`,
        message: `slow:20 ${runId}`,
        idempotencyKey: runId,
      }),
    ),
  );
  for (const client of clients) {
    for (const run of runs) await client.event("chat", ({ runId, state }) => runId === run && state === "final");
  }
  const textOf = (payload: Record<string, unknown>) =>
    (payload.message as { content: { text: string }[] } | undefined)?.content[0]?.text ?? "";
  for (const [index, client] of clients.entries()) {
    const numbers = client.frames.flatMap(({ seq }) => (typeof seq === "number" ? [seq] : []));
    expect(numbers, `client ${index}`).toEqual(numbers.map((_, at) => at + 1));
    for (const run of runs) {
      const told = client.events("chat").filter(({ runId }) => runId === run);
      const texts = told.map(textOf);
      expect(texts.every((text, at) => at === 0 || text.startsWith(texts[at - 1] ?? ""))).toBe(true);
      expect(told.filter(({ state }) => state !== "delta")).toHaveLength(1);
    }
  }
});
