import { methods } from "@openclaw/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Json } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

/** Every method of version 3, by area. */
const version3 = `
  health status logs.tail system-presence system-event last-heartbeat set-heartbeats wake usage.status usage.cost
  chat.send chat.abort chat.history chat.inject agent agent.wait agent.identity.get
  sessions.list sessions.preview sessions.resolve sessions.patch sessions.reset sessions.delete sessions.compact
  sessions.usage sessions.usage.timeseries sessions.usage.logs
  send poll
  channels.status channels.logout web.login.start web.login.wait
  agents.list agents.create agents.update agents.delete agents.files.list agents.files.get agents.files.set
  models.list skills.status skills.bins skills.install skills.update
  config.get config.schema config.set config.patch config.apply update.run
  cron.list cron.status cron.add cron.update cron.remove cron.run cron.runs
  tts.status tts.providers tts.enable tts.disable tts.setProvider tts.convert talk.mode voicewake.get voicewake.set
  node.list node.describe node.rename node.invoke node.invoke.result node.event
  node.pair.request node.pair.list node.pair.approve node.pair.reject node.pair.verify
  exec.approvals.get exec.approvals.set exec.approvals.node.get exec.approvals.node.set
  exec.approval.request exec.approval.resolve
  device.pair.list device.pair.approve device.pair.reject device.token.rotate device.token.revoke
  wizard.start wizard.next wizard.cancel wizard.status
  browser.request`;

/** What version 4 has besides and is worth serving. */
const version4 = `
  sessions.subscribe sessions.messages.subscribe sessions.messages.unsubscribe
  sessions.create sessions.send sessions.abort sessions.describe sessions.get
  chat.startup chat.metadata chat.message.get commands.list tools.catalog tools.effective
  exec.approval.list exec.approval.get exec.approval.waitDecision approval.get approval.resolve
  device.pair.remove device.pair.rename node.pair.remove
  channels.start channels.stop channels.pairing.list channels.pairing.approve channels.pairing.dismiss
  config.schema.lookup cron.get gateway.identity.get gateway.restart.preflight gateway.restart.request
  memory.search
  models.authStatus hooks.status plugins.list update.status system.info talk.config`;

/** Callable and not announced. */
const silent = new Set([
  "chat.inject",
  "poll",
  "sessions.resolve",
  "sessions.usage",
  "sessions.usage.timeseries",
  "sessions.usage.logs",
  // Announced where a channel logs in with a code.
  "web.login.start",
  "web.login.wait",
]);

/** What waits for an engine that does not exist yet, and which one. */
const later: Readonly<Record<string, string>> = {
  "browser.request": "browser",
  "memory.search": "memory",
  "update.status": "the installation's own check for updates",
};

const names = (text: string) => text.trim().split(/\s+/);

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

describe("the catalogue of methods", () => {
  it.each([
    [3, version3],
    [4, `${version3} ${version4}`],
  ] as const)("of version %i is served, but for what has no engine yet", async (protocol, catalogue) => {
    const client = await gateway.connect({ protocol });
    const hello = client.frames.find((frame) => frame.type === "res")?.payload as Json;
    const announced = new Set((hello.features as Json).methods as string[]);
    // A Gateway that is embedded without steps of setting up has no wizard; node.pair.* keeps two methods to version 3.
    const elsewhere = (name: string) =>
      name.startsWith("wizard.") || (protocol === 4 && ["node.pair.request", "node.pair.verify"].includes(name));
    const missing = names(catalogue).filter(
      (name) => !announced.has(name) && !silent.has(name) && !elsewhere(name) && !Object.hasOwn(later, name),
    );
    expect(missing).toEqual([]);
    await client.close();
  });

  it("names nothing as missing that is served", async () => {
    const client = await gateway.connect({ protocol: 4 });
    for (const name of Object.keys(later)) {
      const { ok, error } = await client.request(name, {});
      expect({ name, ok }).toEqual({ name, ok: false });
      expect(error?.message).toMatch(/^unknown method|is not available in this build$/);
    }
  });

  it("is what the registry has, with methods of ours beside it", () => {
    const catalogue = new Set([...names(version3), ...names(version4)]);
    const ours = ["channels.capabilities", "channels.directory", "channels.resolve", "message.action"];
    expect(
      Object.keys(methods)
        .filter((name) => !catalogue.has(name))
        .sort(),
    ).toEqual(ours);
    const registered = Object.keys(methods);
    expect([...catalogue].filter((name) => !registered.includes(name) && !Object.hasOwn(later, name))).toEqual([]);
  });
});
