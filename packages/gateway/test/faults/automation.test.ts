import { expect, it } from "vitest";
import type { ChatClient } from "./chat-client.ts";
import { createGatewayHome, type GatewayHome } from "./gateway-home.ts";
import { StartedGateway } from "./started-gateway.ts";

const token = "hook-token-0123456789";

/** A home whose Gateway takes webhooks, and whose agent only speaks when it is asked. */
const homeWithHooks = () =>
  createGatewayHome({ hooks: { enabled: true, token } }).then((home) => {
    home.configure({
      hooks: { enabled: true, token },
      agents: {
        defaults: {
          workspace: home.workspace,
          skipBootstrap: true,
          maxConcurrent: 4,
          model: { primary: "fake/fake-1" },
          heartbeat: { every: "0m" },
        },
      },
    });
    return home;
  });

async function post(gateway: StartedGateway, path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(`http://127.0.0.1:${gateway.port}/hooks/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

async function queued(client: ChatClient): Promise<string[]> {
  const { payload } = await client.request("status", {});
  return (payload as { queuedSystemEvents: string[] }).queuedSystemEvents;
}

const prompts = (home: GatewayHome) => home.model.requests.map(({ body }) => JSON.stringify(body.messages));
const count = (text: string, part: string) => text.split(part).length - 1;

it("shows what it was told before it died once, at the next turn", async () => {
  await using home = await homeWithHooks();
  const first = await StartedGateway.start(home);
  const before = await first.connect();
  await before.request("wake", { mode: "next-heartbeat", text: "Parcel by RPC" });
  expect(await post(first, "wake", { text: "Parcel by HTTP", mode: "next-heartbeat" })).toMatchObject({ status: 200 });
  await first.kill();

  await using second = await StartedGateway.start(home);
  const client = await second.connect();
  await client.send("main", "hello", { key: "k1" });
  await client.waitForRun("k1");
  await client.send("main", "again", { key: "k2" });
  await client.waitForRun("k2");
  const [one, two] = prompts(home);
  for (const text of ["Parcel by RPC", "Parcel by HTTP"])
    expect(one).toMatch(new RegExp(`System: \\[[^\\]]+\\] ${text}`));
  // The second turn has it in the history of the first, and nowhere else.
  const asked = (JSON.parse(two ?? "[]") as { role: string }[]).filter(({ role }) => role === "user");
  expect(count(JSON.stringify(asked), "Parcel by HTTP")).toBe(1);
  await second.terminate();
});

it("ends the run of a webhook that it had accepted, once, and notes its end once", async () => {
  await using home = await homeWithHooks();
  const first = await StartedGateway.start(home);
  const asked = { message: "slow:40 please", name: "CI", deliver: false, wakeMode: "next-heartbeat" };
  expect(await post(first, "agent", asked)).toMatchObject({ status: 202 });
  await home.model.request(1);
  await first.kill();

  await using second = await StartedGateway.start(home);
  const client = await second.connect();
  await expect.poll(() => queued(client), { timeout: 15_000 }).toHaveLength(1);
  expect((await queued(client))[0]).toMatch(/^Hook CI: /);
  // Asked once more for what was cut off, and not for the whole request a second time.
  expect(home.model.requests).toHaveLength(2);
  await second.terminate();

  await using third = await StartedGateway.start(home);
  expect(await queued(await third.connect())).toHaveLength(1);
  expect(home.model.requests).toHaveLength(2);
  await third.terminate();
});

it("ends the run of a job that was under way, once for its slot, and keeps its schedule", async () => {
  await using home = await homeWithHooks();
  const first = await StartedGateway.start(home);
  const before = await first.connect();
  const added = await before.request("cron.add", {
    name: "Digest",
    schedule: { kind: "every", everyMs: 3_600_000 },
    payload: { kind: "agentTurn", message: "slow:40 please" },
    delivery: { mode: "none" },
  });
  const { id } = added.payload as { id: string };
  const cut = before.request("cron.run", { id });
  cut.catch(() => {}); // the Gateway dies before it answers
  await home.model.request(1);
  await first.kill();

  await using second = await StartedGateway.start(home);
  const client = await second.connect();
  const entries = async () =>
    ((await client.request("cron.runs", { id })).payload as { entries: Record<string, unknown>[] }).entries;
  await expect.poll(entries, { timeout: 15_000 }).toHaveLength(1);
  expect((await entries())[0]).toMatchObject({ status: "ok", jobId: id });
  const { payload } = await client.request("cron.list", {});
  const [job] = (payload as { jobs: { state: Record<string, unknown> }[] }).jobs;
  expect(job?.state).toMatchObject({ lastStatus: "ok", nextRunAtMs: expect.any(Number) });
  expect(job?.state.runningAtMs).toBeUndefined();
  expect(home.model.requests).toHaveLength(2);
  await second.terminate();
});

it("announces what a job said once, when it dies between the job's end and the announcement, or before that was sent", async () => {
  await using home = await homeWithHooks();
  const telegram = { enabled: true, dmPolicy: "allowlist", allowFrom: ["7"] };
  const agent = { maxConcurrent: 4, model: { primary: "fake/fake-1" }, heartbeat: { every: "0m" } };
  home.configure({
    channels: { telegram },
    agents: { defaults: { workspace: home.workspace, skipBootstrap: true, ...agent } },
  });
  const first = await StartedGateway.start(home, { channel: true });
  const before = await first.connect();
  const added = await before.request("cron.add", {
    name: "Digest",
    schedule: { kind: "every", everyMs: 3_600_000 },
    payload: { kind: "agentTurn", message: "collect" },
    delivery: { mode: "announce", channel: "telegram", to: "7" },
    wakeMode: "next-heartbeat",
  });
  const { id } = added.payload as { id: string };
  home.model.enqueue({ words: ["Nine", "parcels."] }, { hang: true });
  before.request("cron.run", { id }).catch(() => {}); // the Gateway dies before it answers
  // The second question is for the words of the announcement: the job's own run has ended.
  await home.model.request(2);
  await first.kill();

  const second = await StartedGateway.start(home, { channel: true });
  const { delivery } = await second.nextSend();
  expect(delivery).toMatchObject({ channel: "telegram", to: "7" });
  // Handed to the service, and nobody knows whether it took it.
  await second.kill();

  await using third = await StartedGateway.start(home, { channel: true });
  expect((await third.acceptSend()).text).toBe(delivery.text);
  const client = await third.connect();
  const entries = async () =>
    ((await client.request("cron.runs", { id })).payload as { entries: Record<string, unknown>[] }).entries;
  await expect.poll(entries, { timeout: 15_000 }).toHaveLength(1);
  expect((await entries())[0]).toMatchObject({ status: "ok", summary: "Nine parcels." });
  expect(await queued(client)).toEqual(["Cron: Nine parcels."]);
  expect(third.untaken).toEqual([]);
  await third.terminate();
});
