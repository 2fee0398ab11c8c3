import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import type { Json, RawClient, Response } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";
import type { SetUp } from "../src/wizard/open-wizard.ts";

let gateway: TestGateway | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

/** Two texts, a question of every kind, then a change that needs a restart. */
const steps: SetUp = async ({ mode }, prompter) => {
  await prompter.intro("OpenClaw onboarding");
  await prompter.note(`for ${mode ?? "either"}`, "Security");
  if (!(await prompter.confirm({ message: "Go on?" }))) throw new Error("somebody said no");
  const port = await prompter.text({
    message: "Gateway port",
    validate: (text) => (/^\d+$/.test(text) ? undefined : "Invalid port"),
  });
  await prompter.select({ message: "Gateway bind", options: [{ value: "loopback", label: "Loopback" }] });
  await prompter.multiselect({
    message: "Enable hooks?",
    options: [
      { value: "a", label: "A" },
      { value: "b", label: "B" },
    ],
  });
  const file = gateway?.configPath ?? "";
  const config = JSON.parse(readFileSync(file, "utf8"));
  config.gateway = { ...config.gateway, tailscale: { resetOnExit: true } };
  writeFileSync(file, JSON.stringify(config));
  await prompter.note(`port ${port}`, "Saved");
  await prompter.outro("Onboarding complete.");
};

async function start(setUp: SetUp = steps): Promise<RawClient> {
  gateway = await startTestGateway({ setUp });
  return gateway.connect();
}
const payload = (answer: Response): Json => {
  if (!answer.ok) throw new Error(`refused: ${answer.error?.message}`);
  return answer.payload as Json;
};
const stepOf = ({ step }: Json) => step as Json & { id: string };

it("asks one step after the other, as it was recorded", async () => {
  const client = await start();
  const first = payload(await client.request("wizard.start", { mode: "local" }));
  const { sessionId } = first;
  expect(first).toEqual({
    sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    done: false,
    status: "running",
    step: { type: "note", title: "OpenClaw onboarding", message: "", executor: "client", id: expect.any(String) },
  });
  expect(await client.request("wizard.start", {})).toMatchObject({
    ok: false,
    error: { code: "UNAVAILABLE", message: "wizard already running" },
  });
  const next = async (step?: Json, value?: unknown) =>
    payload(await client.request("wizard.next", { sessionId, ...(step && { answer: { stepId: step.id, value } }) }));
  const second = await next(stepOf(first), true);
  expect(second).toMatchObject({ done: false, status: "running", step: { title: "Security", message: "for local" } });
  expect(await next()).toEqual(second);
  const stale = await client.request("wizard.next", { sessionId, answer: { stepId: stepOf(first).id, value: true } });
  expect(stale).toMatchObject({
    ok: false,
    error: { code: "INVALID_REQUEST", message: "Error: wizard: no pending step" },
  });
  expect(await next(stepOf(second))).toMatchObject({ step: { type: "confirm", message: "Go on?" } });
  expect(payload(await client.request("wizard.status", { sessionId }))).toEqual({ status: "running" });
  expect(payload(await client.request("wizard.cancel", { sessionId }))).toEqual({
    status: "cancelled",
    error: "cancelled",
  });
  for (const method of ["wizard.next", "wizard.status", "wizard.cancel"]) {
    expect(await client.request(method, { sessionId })).toMatchObject({
      ok: false,
      error: { code: "INVALID_REQUEST", message: "wizard not found" },
    });
  }
});

it("keeps a step whose answer will not do, and its session through the write; the restart comes once, afterwards", async () => {
  const client = await start();
  const restarted = gateway?.restarted();
  let progress = payload(await client.request("wizard.start", {}));
  const { sessionId } = progress;
  const answer = async (value?: unknown) => {
    const stepId = stepOf(progress).id;
    progress = payload(await client.request("wizard.next", { sessionId, answer: { stepId, value } }));
    return progress;
  };
  await answer();
  await answer();
  await answer(true);
  const port = stepOf(progress);
  expect(await answer("abc")).toEqual({ done: false, status: "running", step: port, error: "Invalid port" });
  await answer("19000");
  expect(await answer("moon")).toMatchObject({
    step: { type: "select" },
    error: "The answer must be one of the options.",
  });
  await answer("loopback");
  expect(await answer(["c"])).toMatchObject({ error: "The answer must be a list of the options." });
  expect(await answer(["b"])).toMatchObject({ step: { title: "Saved", message: "port 19000" } });
  // The change has been seen: only the wizard keeps the restart from coming.
  await expect.poll(() => gateway?.log() ?? "", { timeout: 10_000 }).toMatch(/a wizard is running/);
  expect(payload(await client.request("wizard.status", { sessionId }))).toEqual({ status: "running" });
  expect(await answer()).toMatchObject({ step: { title: "Done", message: "Onboarding complete." } });
  expect(await answer()).toEqual({ done: true, status: "done" });
  await restarted;
  expect(gateway?.log().match(/restart in /g)).toHaveLength(1);
});

it("tells what went wrong, and can be started again", async () => {
  const client = await start();
  let progress = payload(await client.request("wizard.start", {}));
  const { sessionId } = progress;
  for (const value of [undefined, undefined, false]) {
    const stepId = stepOf(progress).id;
    progress = payload(await client.request("wizard.next", { sessionId, answer: { stepId, value } }));
  }
  expect(progress).toEqual({ done: true, status: "error", error: "somebody said no" });
  expect(payload(await client.request("wizard.start", {}))).toMatchObject({ status: "running" });
});

it("refuses what it does not know, and has no wizard without steps", async () => {
  const client = await start();
  expect(await client.request("wizard.start", { bogus: 1 })).toMatchObject({
    error: { code: "INVALID_REQUEST", message: "invalid wizard.start params: at root: unexpected property 'bogus'" },
  });
  expect(await client.request("wizard.cancel", {})).toMatchObject({
    error: { message: "invalid wizard.cancel params: must have required property 'sessionId'" },
  });
});
