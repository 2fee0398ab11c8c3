import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { type ChatClient, textOf } from "./chat-client.ts";
import { createGatewayHome, type GatewayHome, oneAtATime } from "./gateway-home.ts";
import { StartedGateway } from "./started-gateway.ts";
import { checkSessionFiles, transcriptEntries, transcriptFiles } from "./state-check.ts";

/** What a chat shows: each message as `role: text`, without the ids and times of the prompt. */
async function shown(client: ChatClient, sessionKey: string): Promise<string[]> {
  return (await client.history(sessionKey)).map((message) => `${message.role}: ${textOf(message).trim()}`);
}

/** A command that appends to `effects`, says so through a named pipe and then does not end. */
function endlessCommand(home: GatewayHome): { command: string; running: Promise<number>; effects(): string } {
  const pipe = path.join(home.dir, "running");
  const effects = path.join(home.dir, "effects");
  execFileSync("mkfifo", [pipe]);
  return {
    command: `echo done >> ${effects}; echo $$ > ${pipe}; exec sleep 600`,
    running: fs.promises.readFile(pipe, "utf8").then(Number),
    effects: () => fs.readFileSync(effects, "utf8"),
  };
}

it("goes on with a turn that was cut off while the answer was streaming", async () => {
  await using home = await createGatewayHome();
  const first = await StartedGateway.start(home);
  const before = await first.connect();
  expect(await before.send("main", "slow:40 please", { key: "run-1" })).toMatchObject({
    payload: { runId: "run-1", status: "started" },
  });
  await before.chat((event) => event.runId === "run-1" && event.state === "delta");
  await first.kill();

  await using second = await StartedGateway.start(home);
  const client = await second.connect();
  const repeated = await client.send("main", "slow:40 please", { key: "run-1" });
  expect(["in_flight", "ok"]).toContain(repeated.payload?.status);
  expect(await client.waitForRun("run-1")).toMatchObject({ runId: "run-1", status: "ok" });
  expect(await client.send("main", "slow:40 please", { key: "run-1" })).toMatchObject({
    payload: { runId: "run-1", status: "ok" },
  });
  expect(await shown(client, "main")).toEqual([
    "user: slow:40 please",
    "assistant: slow reply to please one two three four five six seven eight",
  ]);
  expect(home.model.requests).toHaveLength(2);
  expect(home.log()).not.toContain('"ERROR"');
  await second.terminate();
  await checkSessionFiles(home.stateDir);
});

it("tells how a run ended that had ended before the crash", async () => {
  await using home = await createGatewayHome();
  const first = await StartedGateway.start(home);
  const before = await first.connect();
  await before.send("main", "hello", { key: "run-1" });
  await before.send("main", "status:400", { key: "run-2" });
  await before.terminal("run-1");
  await before.terminal("run-2");
  await first.kill();

  await using second = await StartedGateway.start(home);
  const client = await second.connect();
  expect(await client.waitForRun("run-1", 0)).toMatchObject({ runId: "run-1", status: "ok" });
  expect(await client.waitForRun("run-2", 0)).toMatchObject({ runId: "run-2", status: "error" });
  expect(await client.send("main", "hello", { key: "run-1" })).toMatchObject({ payload: { status: "ok" } });
  expect(await client.send("main", "status:400", { key: "run-2" })).toMatchObject({
    ok: false,
    error: { code: "UNAVAILABLE" },
  });
  expect(home.model.requests).toHaveLength(2);
});

it("never runs a tool again that a crash cut off, and lets the model decide", async () => {
  await using home = await createGatewayHome();
  const tool = endlessCommand(home);
  const first = await StartedGateway.start(home);
  const before = await first.connect();
  await before.send("main", `tool:exec ${JSON.stringify({ command: tool.command })}`, { key: "run-1" });
  const pid = await tool.running;
  await first.kill();
  process.kill(pid, "SIGKILL");

  await using second = await StartedGateway.start(home);
  const client = await second.connect();
  expect(await client.waitForRun("run-1")).toMatchObject({ status: "ok" });
  expect(tool.effects()).toBe("done\n");
  expect(home.model.requests).toHaveLength(2);
  const messages = home.model.lastRequest().body.messages as { role: string; content: string }[];
  expect(messages.at(-1)).toMatchObject({ role: "tool" });
  expect(JSON.stringify(messages.at(-1)?.content)).toContain("interrupted, outcome unknown");
  const history = await client.history("main");
  expect(history.map(({ role }) => role)).toEqual(["user", "assistant", "toolResult", "assistant"]);
  expect(history[2]).toMatchObject({ isError: true });
  expect(textOf(history[3])).toContain("interrupted, outcome unknown");
});

it("answers what was accepted but not begun, each message once and in order", async () => {
  await using home = await createGatewayHome();
  home.configure({ agents: oneAtATime(home) });
  home.model.enqueue({ hang: true });
  const first = await StartedGateway.start(home);
  const before = await first.connect();
  // The first conversation keeps the only place, so that nothing of the second is in a transcript yet.
  await before.send("other", "first of all", { key: "run-0" });
  await home.model.request(1);
  const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  const withPicture = { sessionKey: "main", message: "one", idempotencyKey: "run-1" };
  await before.request("chat.send", { ...withPicture, attachments: [{ mimeType: "image/png", content: png }] });
  for (const [key, text] of [
    ["run-2", "two"],
    ["run-3", "three"],
  ] as const) {
    expect(await before.send("main", text, { key })).toMatchObject({ payload: { status: "started" } });
  }
  await first.kill();

  await using second = await StartedGateway.start(home);
  const client = await second.connect();
  for (const key of ["run-0", "run-1", "run-2", "run-3"])
    expect(await client.waitForRun(key)).toMatchObject({ status: "ok" });
  const said = await shown(client, "main");
  expect(said.map((line) => line.split(":")[0])).toEqual(Array(3).fill(["user", "assistant"]).flat());
  for (const [index, text] of ["one", "two", "three"].entries()) {
    expect(said[2 * index]).toMatch(new RegExp(`[ ]${text}$`));
    expect(said[2 * index + 1]).toContain(text);
  }
  expect((await shown(client, "other")).length).toBe(2);
});

it("goes on with the turn and answers the two messages that waited behind it, each once", async () => {
  await using home = await createGatewayHome();
  const effects = path.join(home.dir, "effects");
  const command = `echo done >> ${effects}`;
  home.model.enqueue({ tools: [{ name: "exec", args: JSON.stringify({ command }) }] }, { hang: true });
  const first = await StartedGateway.start(home);
  const before = await first.connect();
  await before.send("main", "one", { key: "run-1" });
  await home.model.request(2);
  for (const [key, text] of [
    ["run-2", "two"],
    ["run-3", "three"],
  ] as const)
    expect(await before.send("main", text, { key })).toMatchObject({ payload: { status: "started" } });
  await first.kill();

  await using second = await StartedGateway.start(home);
  const client = await second.connect();
  for (const key of ["run-1", "run-2", "run-3"]) expect(await client.waitForRun(key)).toMatchObject({ status: "ok" });
  const said = await shown(client, "main");
  expect(said.map((line) => line.split(":")[0])).toEqual(
    ["user", "assistant", "toolResult", "assistant"].concat(Array(2).fill(["user", "assistant"]).flat()),
  );
  expect([said[0], said[4], said[6]]).toEqual(["user: one", "user: two", "user: three"]);
  expect(said[5]).toContain("two");
  expect(said[7]).toContain("three");
  expect(fs.readFileSync(effects, "utf8")).toBe("done\n");
  expect(home.model.requests).toHaveLength(5);
});

it("begins a new session where its user asked for it, not before, although a crash came in between", async () => {
  await using home = await createGatewayHome();
  home.model.enqueue({ hang: true });
  const first = await StartedGateway.start(home);
  const before = await first.connect();
  const texts = ["one", "two", "/new three", "four"];
  for (const [index, text] of texts.entries()) await before.send("main", text, { key: `run-${index}` });
  await home.model.request(1);
  await first.kill();

  await using second = await StartedGateway.start(home);
  const client = await second.connect();
  for (const index of texts.keys()) expect(await client.waitForRun(`run-${index}`)).toMatchObject({ status: "ok" });
  const said = (await shown(client, "main")).filter((line) => line.startsWith("user:"));
  expect(said).toEqual(["user: three", "user: four"]);
  const sessions = transcriptFiles(home.stateDir).map((file) =>
    transcriptEntries(file).flatMap(({ openclawRunId }) => openclawRunId ?? []),
  );
  expect(sessions.toSorted()).toEqual([
    ["run-0", "run-1"],
    ["run-2", "run-3"],
  ]);
});

it("gives up a message that ends the process each time, tells it once and stays up", async () => {
  await using home = await createGatewayHome();
  home.configure({ agents: oneAtATime(home) });
  const kill = { tools: [{ name: "exec", args: JSON.stringify({ command: "kill -9 $PPID" }) }] };
  home.model.enqueue(kill, kill, kill);

  const first = await StartedGateway.start(home);
  const before = await first.connect();
  const waiting = before.send("main", "do it", { key: "poison" });
  await before.send("main", "and me?", { key: "behind" }).catch(() => {});
  await waiting;
  expect(await first.exit).toMatchObject({ signal: "SIGKILL" });
  for (const attempt of [2, 3]) {
    const again = await StartedGateway.start(home);
    expect(await again.exit, `attempt ${attempt}`).toMatchObject({ signal: "SIGKILL" });
  }

  const last = await StartedGateway.start(home);
  const client = await last.connect();
  const notice = /given up after 3 attempts/;
  expect(await client.waitForRun("poison", 0)).toMatchObject({ status: "error", error: expect.stringMatching(notice) });
  expect(await client.send("main", "do it", { key: "poison" })).toMatchObject({
    ok: false,
    error: { message: expect.stringMatching(notice) },
  });
  // What waited behind it was never begun, so it is not to blame and is answered now.
  expect(await client.waitForRun("behind")).toMatchObject({ status: "ok" });
  await client.send("other", "hello", { key: "other" });
  expect(await client.terminal("other")).toMatchObject({ state: "final" });
  const told = async (from: ChatClient) => (await shown(from, "main")).filter((line) => notice.test(line));
  expect(await told(client)).toHaveLength(1);
  await last.kill();

  await using later = await StartedGateway.start(home);
  expect(await told(await later.connect())).toHaveLength(1);
});

it("names every message of a turn that was given up", async () => {
  await using home = await createGatewayHome();
  home.configure({ messages: { queue: { mode: "collect", debounceMs: 0 } } });
  const kill = { tools: [{ name: "exec", args: JSON.stringify({ command: "kill -9 $PPID" }) }] };
  home.model.enqueue({ words: ["going", "on"], gapMs: 300 }, kill, kill, kill);
  const first = await StartedGateway.start(home);
  const before = await first.connect();
  await before.send("main", "begin", { key: "run-0" });
  for (const [key, text] of [
    ["run-1", "the first part"],
    ["run-2", "the second part"],
  ] as const)
    await before.send("main", text, { key });
  expect(await first.exit).toMatchObject({ signal: "SIGKILL" });
  for (const attempt of [2, 3]) {
    const again = await StartedGateway.start(home);
    expect(await again.exit, `attempt ${attempt}`).toMatchObject({ signal: "SIGKILL" });
  }

  await using last = await StartedGateway.start(home);
  const client = await last.connect();
  await client.send("other", "hello", { key: "other" });
  expect(await client.terminal("other")).toMatchObject({ state: "final" });
  const told = (await shown(client, "main")).filter((line) => line.includes("given up after 3 attempts"));
  expect(told).toEqual([expect.stringContaining("“the first part”, “the second part”")]);
});

it("gives up every message of a turn that was made of several, and tells of each once", async () => {
  await using home = await createGatewayHome();
  home.configure({ messages: { queue: { mode: "collect", debounceMs: 0 } } });
  home.model.enqueue({ hang: true }, { hang: true }, { hang: true }, { hang: true });
  const first = await StartedGateway.start(home);
  const before = await first.connect();
  await before.send("main", "zero", { key: "run-0" });
  await home.model.request(1);
  await before.send("main", "alpha", { key: "run-1" });
  await before.send("main", "beta", { key: "run-2" });
  await before.call("chat.abort", { sessionKey: "main", runId: "run-0" });
  await killEach(home, first, [2, 3, 4]);

  const last = await StartedGateway.start(home);
  const client = await last.connect();
  for (const key of ["run-1", "run-2"]) expect(await client.waitForRun(key)).toMatchObject({ status: "error" });
  const told = async (from: ChatClient) => (await shown(from, "main")).filter((line) => line.includes("given up"));
  expect(await told(client)).toEqual([expect.stringContaining("“alpha”, “beta”. Send them again")]);
  expect(await client.send("main", "alpha", { key: "run-1" })).toMatchObject({ ok: false });
  await last.kill();

  await using later = await StartedGateway.start(home);
  expect(await told(await later.connect())).toHaveLength(1);
}, 60_000);

it("tells of messages that had joined a run when it gives that run up", async () => {
  await using home = await createGatewayHome();
  home.configure({ messages: { queue: { mode: "steer" } } });
  const pipe = path.join(home.dir, "go-on");
  execFileSync("mkfifo", [pipe]);
  const wait = { tools: [{ name: "exec", args: JSON.stringify({ command: `cat ${pipe}` }) }] };
  home.model.enqueue(wait, { hang: true }, { hang: true }, { hang: true });
  const first = await StartedGateway.start(home);
  const before = await first.connect();
  await before.send("main", "zero", { key: "run-0" });
  // Opened as soon as the command reads from it: until then a message would keep the command from being run.
  const running = await fs.promises.open(pipe, "w");
  await before.send("main", "alpha", { key: "run-1" });
  await running.writeFile("on");
  await running.close();
  await killEach(home, first, [2, 3, 4]);

  await using last = await StartedGateway.start(home);
  const client = await last.connect();
  for (const key of ["run-0", "run-1"]) expect(await client.waitForRun(key)).toMatchObject({ status: "error" });
  const notices = (await shown(client, "main")).filter((line) => line.includes("given up"));
  expect(notices).toEqual([expect.stringContaining("“alpha”, “zero”. Send them again")]);
}, 60_000);

/** Kills a Gateway and those that follow it, each when that request has reached the model. */
async function killEach(home: GatewayHome, first: StartedGateway, requests: readonly number[]): Promise<void> {
  let gateway = first;
  for (const [index, request] of requests.entries()) {
    await home.model.request(request);
    await gateway.kill();
    if (index < requests.length - 1) gateway = await StartedGateway.start(home);
  }
}

it("ends a message that was answered just before the third crash, and does not give it up", async () => {
  await using home = await createGatewayHome();
  const first = await StartedGateway.start(home);
  const before = await first.connect();
  await before.send("main", "hello", { key: "run-1" });
  await before.terminal("run-1");
  await first.kill();
  // What the journal holds when each of three attempts ended the process, the last after the answer was written.
  const folder = path.join(home.stateDir, "journal");
  const [segment = ""] = fs.readdirSync(folder).map((name) => path.join(folder, name));
  const lines = fs.readFileSync(segment, "utf8").split("\n").filter(Boolean);
  const open = lines.filter((line) => !line.includes('"type":"state"') && !line.includes('"type":"ended"'));
  const interrupted = open.map((line) => line.replace('"attempts":1', '"attempts":3'));
  expect(interrupted).not.toEqual(open);
  fs.writeFileSync(segment, [...interrupted, ""].join("\n"));

  await using second = await StartedGateway.start(home);
  const client = await second.connect();
  expect(await client.waitForRun("run-1")).toMatchObject({ status: "ok" });
  expect(await shown(client, "main")).toEqual(["user: hello", expect.stringMatching(/^assistant: (?!.*given up)/)]);
  expect(home.model.requests).toHaveLength(1);
});
