import type { InboundMessage } from "@openclaw/plugin-sdk";
import { expect, it } from "vitest";
import { createGatewayHome, type GatewayHome } from "./gateway-home.ts";
import { StartedGateway } from "./started-gateway.ts";

const telegram = { telegram: { enabled: true, dmPolicy: "allowlist", allowFrom: ["7", "8"] } };

async function homeWithChannel(): Promise<GatewayHome> {
  const home = await createGatewayHome();
  home.configure({ channels: telegram, session: { dmScope: "per-channel-peer" } });
  return home;
}

const start = (home: GatewayHome) => StartedGateway.start(home, { channel: true });

function message(id: string, text: string, sender = "7"): InboundMessage {
  return {
    id,
    channel: "telegram",
    accountId: "default",
    chat: { kind: "direct", id: sender },
    sender: { id: sender, name: "Ann" },
    text,
    at: Date.now(),
  };
}

it("sends the answers to a chat once and in order, and none to strangers", async () => {
  await using home = await homeWithChannel();
  await using gateway = await start(home);
  for (const [index, text] of ["one", "two", "three"].entries())
    expect(await gateway.receive(message(`m${index}`, text))).toBe("received");
  expect(await gateway.receive(message("x", "let me in", "666"))).toBe("received");
  for (const [index, text] of ["one", "two", "three"].entries()) {
    const delivery = await gateway.acceptSend();
    expect(delivery).toMatchObject({ channel: "telegram", accountId: "default", to: "7", replyTo: `m${index}` });
    expect(delivery.text).toMatch(new RegExp(`${text}\\s*\\[message_id: m${index}\\]$`));
  }
  // The same message again starts nothing: the next thing to be sent belongs to a later message.
  expect(await gateway.receive(message("m1", "two"))).toBe("received");
  await gateway.receive(message("m9", "nine"));
  expect((await gateway.acceptSend()).text).toContain("nine");
  expect(home.model.requests).toHaveLength(4);
  expect(gateway.untaken).toEqual([]);
});

it("sends what a crash left in the outbox, once, and knows a message that comes again", async () => {
  await using home = await homeWithChannel();
  const first = await start(home);
  await first.receive(message("m1", "one"));
  await first.nextSend(); // in the outbox, and the service has not taken it
  await first.receive(message("m2", "two"));
  await home.model.request(2);
  await first.kill();

  const second = await start(home);
  expect((await second.acceptSend()).text).toContain("one");
  expect((await second.acceptSend()).text).toContain("two");
  await second.receive(message("m1", "one"));
  await second.receive(message("m3", "three"));
  expect((await second.acceptSend()).text).toContain("three");
  expect(second.untaken).toEqual([]);
  await second.terminate();

  await using third = await start(home);
  await third.receive(message("m4", "four"));
  expect((await third.acceptSend()).text).toContain("four");
  expect(third.untaken).toEqual([]);
  expect(home.model.requests.length).toBeLessThanOrEqual(5);
});

it("tries again what the service refused, before what comes behind it; other chats do not wait", async () => {
  await using home = await homeWithChannel();
  await using gateway = await start(home);
  await gateway.receive(message("m1", "one"));
  const refused = await gateway.nextSend();
  gateway.tell({ type: "sendFailed", number: refused.number, error: "flood control" });
  await gateway.receive(message("m2", "two"));
  await gateway.receive(message("n1", "hello from eight", "8"));
  expect((await gateway.acceptSend()).to).toBe("8");
  const again = await gateway.nextSend();
  expect(again.delivery).toEqual(refused.delivery);
  gateway.tell({ type: "sendFailed", number: again.number, error: "flood control" });
  expect(await gateway.acceptSend()).toEqual(refused.delivery);
  expect((await gateway.acceptSend()).text).toContain("two");
  expect(gateway.untaken).toEqual([]);
  expect(home.log()).toContain("flood control");
});

it("goes on with a channel's message that a crash cut off, and answers in its chat", async () => {
  await using home = await homeWithChannel();
  const first = await start(home);
  home.model.enqueue({ hang: true });
  await first.receive(message("m1", "one"));
  await home.model.request(1);
  await first.kill();

  await using second = await start(home);
  const delivery = await second.acceptSend();
  expect(delivery).toMatchObject({ to: "7", replyTo: "m1" });
  expect(delivery.text).toContain("one");
  await second.receive(message("m1", "one"));
  await second.receive(message("m2", "two"));
  expect((await second.acceptSend()).text).toContain("two");
  expect(second.untaken).toEqual([]);
});

it("tells a chat whose message could not be answered", async () => {
  await using home = await homeWithChannel();
  const kill = { tools: [{ name: "exec", args: JSON.stringify({ command: "kill -9 $PPID" }) }] };
  home.model.enqueue(kill, kill, kill, { status: 400 });
  const first = await start(home);
  await first.receive(message("m1", "do it"));
  await first.exit;
  for (const _attempt of [2, 3]) await (await start(home)).exit;

  const last = await start(home);
  const notice = await last.acceptSend();
  expect(notice).toMatchObject({ to: "7", replyTo: "m1", text: expect.stringContaining("given up after 3 attempts") });
  await last.receive(message("m2", "and this?"));
  expect(await last.acceptSend()).toMatchObject({ to: "7", replyTo: "m2", text: expect.stringMatching(/.{15,}/) });
  expect(last.untaken).toEqual([]);
  await last.terminate();

  await using later = await start(home);
  await later.receive(message("m3", "hello"));
  expect((await later.acceptSend()).text).toContain("hello");
  expect(later.untaken).toEqual([]);
});

it("answers what the service delivers while the Gateway starts once, behind what a crash left open", async () => {
  await using home = await homeWithChannel();
  const first = await start(home);
  home.model.enqueue({ hang: true });
  await first.receive(message("m1", "one"));
  await home.model.request(1);
  await first.kill();

  const backlog = [message("m1", "one"), message("m2", "two"), message("n1", "hello from eight", "8")];
  await using second = await StartedGateway.start(home, { channel: true, backlog });
  const sent = [await second.acceptSend(), await second.acceptSend(), await second.acceptSend()];
  expect(sent.filter(({ to }) => to === "7").map(({ replyTo }) => replyTo)).toEqual(["m1", "m2"]);
  expect(sent.filter(({ to }) => to === "8").map(({ replyTo }) => replyTo)).toEqual(["n1"]);
  await second.receive(message("m3", "three"));
  expect((await second.acceptSend()).replyTo).toBe("m3");
  expect(home.model.requests).toHaveLength(5);
  expect(second.untaken).toEqual([]);
});
