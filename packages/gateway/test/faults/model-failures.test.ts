import crypto from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { type ChatClient, textOf } from "./chat-client.ts";
import { createGatewayHome, fakeProvider, type GatewayHome } from "./gateway-home.ts";
import { StartedGateway } from "./started-gateway.ts";
import { checkSessionFiles } from "./state-check.ts";

/** What the chat of one message shows, and what the model server saw of it. */
interface Outcome {
  state: string;
  /** The answer, or the text of the error. */
  text: string;
  /** What the history keeps of the answer, one for each message of the model. */
  kept: { text: string; stopReason: string | undefined }[];
  requests: number;
}

/** A port nothing listens on. */
async function closedPort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The bodies the model server got that hold a text; each must hold it once. */
function requestsWith(home: GatewayHome, text: string): number {
  const bodies = home.model.requests.map(({ body }) => JSON.stringify(body.messages));
  const counts = bodies.map((body) => body.split(text).length - 1).filter((count) => count > 0);
  expect(new Set(counts), text).toEqual(new Set(counts.length > 0 ? [1] : []));
  return counts.length;
}

/** Sends a message to a session of its own, and another behind it, which finds the session free. */
async function outcomeOf(
  home: GatewayHome,
  client: ChatClient,
  message: string,
  { timeoutMs, model }: { timeoutMs?: number; model?: string } = {},
): Promise<Outcome> {
  const id = crypto.randomUUID();
  const text = `${message} <${id}>`;
  if (model) await client.call("sessions.patch", { key: id, model });
  await client.send(id, text, { key: id, ...(timeoutMs ? { timeoutMs } : {}) });
  const end = await client.terminal(id);
  const requests = requestsWith(home, `<${id}>`);
  const history = await client.history(id);
  expect(history.filter(({ role }) => role === "user").map(textOf)).toEqual([text]);

  // A message without an answer would be taken along, so this begins anew.
  if (model) await client.call("sessions.patch", { key: id, model: null });
  await client.send(id, "/new are you back?", { key: `${id} again` });
  expect(await client.terminal(`${id} again`)).toMatchObject({ state: "final" });
  return {
    state: end.state,
    text: end.errorMessage ?? textOf(end.message),
    kept: history
      .filter(({ role }) => role === "assistant")
      .map((answer) => ({ text: textOf(answer).trim(), stopReason: answer.stopReason })),
    requests,
  };
}

it.concurrent("shows a readable error or the answer whatever the model server does, and the session goes on", async () => {
  await using home = await createGatewayHome();
  const down = fakeProvider(`http://127.0.0.1:${await closedPort()}/v1`);
  home.configure({
    models: { providers: { fake: fakeProvider(home.model.openaiUrl), down } },
    agents: {
      defaults: {
        workspace: home.workspace,
        skipBootstrap: true,
        maxConcurrent: 20,
        model: { primary: "fake/fake-1" },
      },
    },
  });
  await using gateway = await StartedGateway.start(home);
  const client = await gateway.connect();
  const outcome = (message: string, options?: Parameters<typeof outcomeOf>[3]) =>
    outcomeOf(home, client, message, options);
  const [unreachable, refused, unauthorised, limited, broken, page, cut, closed, half, event, hanging, slow] =
    await Promise.all([
      outcome("anybody?", { model: "down/fake-1" }),
      outcome("status:400"),
      outcome("status:401"),
      outcome("status:429 retry-after=1"),
      outcome("status:500"),
      outcome("html:x"),
      outcome("cut:5"),
      outcome("end:4"),
      outcome("half:3"),
      outcome("error:2"),
      outcome("hang:x", { timeoutMs: 1500 }),
      outcome("delay:1500"),
    ]);
  const failed = { state: "error", text: expect.stringMatching(/^[A-Z⚠].{15,}/u) };
  const nothing = [{ text: "", stopReason: "error" }];
  const part = (text: string) => ({ ...failed, kept: [{ text, stopReason: "error" }] });
  const once = { requests: 1 };
  const retried = { requests: 4 };
  // The configured model answers in place of one that cannot be reached.
  expect(unreachable).toMatchObject({ state: "final", ...once, kept: [{ stopReason: "stop" }] });
  expect(refused).toMatchObject({ ...failed, ...once, kept: nothing });
  expect(unauthorised).toMatchObject({ ...failed, ...once, kept: nothing });
  expect(limited).toMatchObject({ ...failed, ...retried, kept: nothing });
  expect(broken).toMatchObject({ ...failed, ...retried, kept: nothing });
  expect(page).toMatchObject({ ...failed, kept: nothing });
  expect(cut).toMatchObject(part("word0 word1 word2 word3 word4"));
  expect(closed).toMatchObject(part("word0 word1 word2 word3"));
  expect(half).toMatchObject(part("word0 word1 word2"));
  expect(event).toMatchObject(part("word0 word1"));
  expect(hanging).toMatchObject({ state: "error", text: "LLM request timed out.", ...once, kept: nothing });
  expect(slow).toMatchObject({ state: "final", text: "late but here", ...once, kept: [{ stopReason: "stop" }] });
  for (const { text } of [refused, unauthorised, limited, broken, page, cut, closed, half, event])
    expect(text).not.toMatch(/\bat .*\.[jt]s:|<!doctype|\[object|undefined/i);
  await gateway.terminate();
  await checkSessionFiles(home.stateDir, { formerSessions: 12 });
}, 60_000);

it.concurrent("answers after two failures of the server, with one start and one end of the run", async () => {
  await using home = await createGatewayHome();
  home.model.enqueue({ status: 500 }, { status: 503 });
  await using gateway = await StartedGateway.start(home);
  const client = await gateway.connect();
  await client.send("main", "please <mark>", { key: "run-1" });
  expect(await client.terminal("run-1")).toMatchObject({ state: "final" });
  expect(requestsWith(home, "<mark>")).toBe(3);
  const phases = client.events
    .filter(({ event, payload }) => event === "agent" && (payload as { stream: string }).stream === "lifecycle")
    .map(({ payload }) => (payload as { data: { phase: string } }).data.phase);
  expect(phases).toEqual(["start", "end"]);
  expect((await client.history("main")).map(({ role }) => role)).toEqual(["user", "assistant"]);
});
