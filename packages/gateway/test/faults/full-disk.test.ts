import fs from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { textOf } from "./chat-client.ts";
import { createGatewayHome } from "./gateway-home.ts";
import { StartedGateway } from "./started-gateway.ts";
import { checkSessionFiles } from "./state-check.ts";

it("refuses messages while the disk is full, writes nothing by halves, and goes on when there is space", async () => {
  await using home = await createGatewayHome();
  await using gateway = await StartedGateway.start(home, { failingDisk: home.stateDir });
  const client = await gateway.connect();
  await client.send("main", "one", { key: "run-1" });
  await client.terminal("run-1");
  const [segment = ""] = fs.readdirSync(path.join(home.stateDir, "journal"));
  const journal = () => fs.readFileSync(path.join(home.stateDir, "journal", segment), "utf8");
  const before = journal();

  await gateway.setDisk("full");
  for (const method of ["chat.send", "agent"]) {
    const refused = await client.request(method, { sessionKey: "main", message: "two", idempotencyKey: "run-2" });
    expect(refused).toMatchObject({
      ok: false,
      error: { code: "UNAVAILABLE", message: expect.stringContaining("the disk is full (ENOSPC)") },
    });
  }
  expect(journal()).toBe(before);
  expect(await client.request("health", {})).toMatchObject({ ok: true });

  await gateway.setDisk("good");
  expect(await client.send("main", "two", { key: "run-2" })).toMatchObject({ payload: { status: "started" } });
  expect(await client.terminal("run-2")).toMatchObject({ state: "final" });
  expect((await client.history("main")).filter(({ role }) => role === "user").map(textOf)).toEqual(["one", "two"]);
  expect((await gateway.terminate()).code).toBe(0);
  await checkSessionFiles(home.stateDir);
});

it("reports a run whose answer finds no space, ends it when there is some, and keeps its session usable", async () => {
  await using home = await createGatewayHome();
  const gateway = await StartedGateway.start(home, { failingDisk: home.stateDir });
  const client = await gateway.connect();
  await client.send("main", "slow:40 answer", { key: "run-1" });
  await client.chat((event) => event.runId === "run-1" && event.state === "delta");
  await gateway.setDisk("full");
  const ended = client.waitForRun("run-1");
  expect(await client.terminal("run-1")).toMatchObject({
    state: "error",
    errorMessage: expect.stringContaining("the disk is full"),
  });

  await gateway.setDisk("good");
  expect(await ended).toMatchObject({ status: "error", error: expect.stringContaining("the disk is full") });
  await client.send("main", "again", { key: "run-2" });
  expect(await client.terminal("run-2")).toMatchObject({ state: "final" });
  await gateway.kill();
  await checkSessionFiles(home.stateDir);

  await using second = await StartedGateway.start(home);
  const later = await second.connect();
  expect(await later.waitForRun("run-1", 0)).toMatchObject({ status: "error" });
  expect(await later.waitForRun("run-2", 0)).toMatchObject({ status: "ok" });
  expect(home.model.requests).toHaveLength(2);
});

it("does not say that a message is accepted which could not be forced to the disk, and takes it when it comes again", async () => {
  await using home = await createGatewayHome();
  await using gateway = await StartedGateway.start(home, { failingDisk: home.stateDir });
  const client = await gateway.connect();
  await client.send("main", "one", { key: "run-1" });
  await client.terminal("run-1");
  await gateway.setDisk("unsynced");
  for (const method of ["chat.send", "agent"]) {
    const refused = await client.request(method, { sessionKey: "main", message: "two", idempotencyKey: "run-2" });
    expect(refused).toMatchObject({ ok: false, error: { code: "UNAVAILABLE" } });
    expect(refused.error?.message).toContain("Cannot force to the disk, the disk is full");
  }
  await gateway.setDisk("good");
  expect(await client.send("main", "two", { key: "run-2" })).toMatchObject({ payload: { status: "started" } });
  expect(await client.terminal("run-2")).toMatchObject({ state: "final" });
  expect(await client.waitForRun("run-2", 0)).toMatchObject({ status: "ok" });
  await client.send("main", "three", { key: "run-3" });
  expect(await client.terminal("run-3")).toMatchObject({ state: "final" });
  expect((await gateway.terminate()).code).toBe(0);
  await checkSessionFiles(home.stateDir);
});
