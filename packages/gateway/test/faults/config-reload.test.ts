import fs from "node:fs";
import { expect, it } from "vitest";
import { createGatewayHome, fakeProvider, type GatewayHome, gatewayToken } from "./gateway-home.ts";
import { StartedGateway } from "./started-gateway.ts";

/** Resolves with the first line of the log that holds a text, also one that is still to come. */
function logLine(home: GatewayHome, text: string): Promise<string> {
  return new Promise((resolve) => {
    const look = () => {
      const line = home
        .log()
        .split("\n")
        .find((candidate) => candidate.includes(text));
      if (line === undefined) return;
      watcher.close();
      resolve(line);
    };
    const watcher = fs.watch(home.dir, look);
    look();
  });
}

const reload = { debounceMs: 20 };
const gatewaySection = { mode: "local", bind: "loopback", auth: { mode: "token", token: gatewayToken }, reload };

it("keeps the last good configuration while the file is invalid, and applies it when it is valid again", async () => {
  await using home = await createGatewayHome();
  home.configure({ gateway: gatewaySection });
  await using gateway = await StartedGateway.start(home);
  const client = await gateway.connect();
  const good = fs.readFileSync(home.configPath, "utf8");

  fs.writeFileSync(home.configPath, good.slice(0, -20));
  expect(await logLine(home, "config reload skipped (invalid config)")).toContain('"WARN"');
  await client.send("main", "hello", { key: "run-1" });
  expect(await client.terminal("run-1")).toMatchObject({ state: "final" });

  home.configure({ gateway: gatewaySection, nonsense: 1 });
  await logLine(home, "Unrecognized key");
  await client.send("main", "still there?", { key: "run-2" });
  expect(await client.terminal("run-2")).toMatchObject({ state: "final" });

  fs.rmSync(home.configPath);
  await logLine(home, "config reload skipped (the file is missing)");
  await client.send("main", "and now?", { key: "run-3" });
  expect(await client.terminal("run-3")).toMatchObject({ state: "final" });

  // Another model name shows in the requests that the new configuration is in force.
  const provider = fakeProvider(home.model.openaiUrl) as { models: { id: string }[] };
  for (const model of provider.models) model.id = "fake-2";
  const agents = { defaults: { workspace: home.workspace, skipBootstrap: true, model: { primary: "fake/fake-2" } } };
  home.configure({ gateway: gatewaySection, models: { providers: { fake: provider } }, agents });
  await logLine(home, "config change applied");
  await client.send("main", "which model?", { key: "run-4" });
  expect(await client.terminal("run-4")).toMatchObject({ state: "final" });
  expect(home.model.requests.map(({ body }) => body.model)).toEqual(["fake-1", "fake-1", "fake-1", "fake-2"]);
  expect(gateway.untaken).toEqual([]);
});

it("asks for a restart when a change needs one, and the run that goes on meanwhile is not lost", async () => {
  await using home = await createGatewayHome();
  home.configure({ gateway: gatewaySection });
  const gateway = await StartedGateway.start(home);
  const client = await gateway.connect();
  home.model.enqueue({ hang: true });
  await client.send("main", "hello", { key: "run-1" });
  await home.model.request(1);
  home.configure({ gateway: { ...gatewaySection, auth: { mode: "token", token: "another" } } });
  expect(await gateway.restartRequest()).toBe("config");
  expect((await gateway.terminate()).code).toBe(0);

  home.configure({ gateway: gatewaySection });
  await using second = await StartedGateway.start(home);
  expect(await (await second.connect()).waitForRun("run-1")).toMatchObject({ status: "ok" });
});
