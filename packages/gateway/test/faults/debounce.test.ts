import { expect, it } from "vitest";
import { createGatewayHome, type GatewayHome } from "./gateway-home.ts";
import { StartedGateway } from "./started-gateway.ts";

const write = (gateway: StartedGateway, id: string, text: string) =>
  gateway.receive({
    id,
    channel: "telegram",
    accountId: "default",
    chat: { kind: "direct", id: "7" },
    sender: { id: "7" },
    text,
    at: Date.now(),
  });
const asked = (home: GatewayHome) =>
  home.model.requests.map(({ body }) =>
    String(
      (body.messages as { role: string; content: unknown }[]).filter(({ role }) => role === "user").at(-1)?.content,
    ),
  );
const config = (debounceMs: number, mode: string) => ({
  channels: { telegram: { enabled: true, dmPolicy: "open", allowFrom: ["*"] } },
  messages: { inbound: { debounceMs }, queue: { mode, debounceMs: 0 } },
});

it("answers texts in one run that waited for more when the process was killed", async () => {
  await using home = await createGatewayHome();
  home.configure(config(60_000, "followup"));
  const first = await StartedGateway.start(home, { channel: true });
  expect(await write(first, "a", "one")).toBe("received");
  expect(await write(first, "b", "two")).toBe("received");
  await first.kill();
  expect(home.model.requests).toHaveLength(0);

  await using second = await StartedGateway.start(home, { channel: true });
  expect((await second.nextSend()).delivery).toMatchObject({ to: "7", replyTo: "b" });
  expect(asked(home)).toEqual([expect.stringMatching(/one\ntwo\n\[message_id: b\]$/)]);
});

it("goes on with texts that became one message, and waited behind a run with others, when the process was killed", async () => {
  await using home = await createGatewayHome();
  home.configure(config(60_000, "collect"));
  const first = await StartedGateway.start(home, { channel: true });
  // Commands let out what waits; what follows a command is a message of its own.
  await write(first, "a", "slow:200 story");
  await write(first, "a2", "/help");
  await first.nextSend();
  await write(first, "b", "one");
  await write(first, "c", "two");
  await write(first, "c2", "/help");
  await first.kill();

  await using second = await StartedGateway.start(home, { channel: true });
  const client = await second.connect();
  expect(await client.waitForRun("channel|telegram|default|7||c")).toMatchObject({ status: "ok" });
  expect(asked(home).at(-1)).toMatch(/one\ntwo\n\[message_id: c\]$/);
});
