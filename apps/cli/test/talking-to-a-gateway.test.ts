import { existsSync, globSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ScriptedModelServer,
  startScriptedModelServer,
} from "../../../packages/models/src/testing/scripted-model-server.ts";
import { freePort, programHome, type Running } from "./program-home.ts";

let home: ReturnType<typeof programHome>;
let models: ScriptedModelServer;
let gateway: Running;
/** Every transcript, by its path. */
const transcripts = () =>
  Object.fromEntries(
    globSync("agents/*/sessions/*.jsonl", { cwd: home.stateDir }).map((file) => [
      file,
      readFileSync(path.join(home.stateDir, file), "utf8"),
    ]),
  );
const entries = async () => {
  const rows: Record<string, unknown>[] = JSON.parse((await home.run(["sessions", "--json"])).stdout).sessions;
  return rows.map(({ key, sessionId, updatedAt }) => ({ key, sessionId, updatedAt }));
};
const stream = () => path.join(home.home, "stream.jsonl");

beforeAll(async () => {
  home = programHome();
  models = await startScriptedModelServer();
  const config = home.gatewayConfig(await freePort());
  home.writeConfig({
    ...config,
    models: {
      providers: {
        scripted: {
          baseUrl: models.openaiUrl,
          apiKey: "scripted-key",
          api: "openai-completions",
          models: [{ id: "fake-1", name: "Fake" }],
        },
      },
    },
    agents: {
      ...config.agents,
      list: [
        { id: "main", default: true },
        { id: "real", model: "scripted/fake-1" },
      ],
    },
  });
  gateway = home.start(["gateway", "run", "--raw-stream", "--raw-stream-path", stream()]);
  await gateway.output(/listening on/);
});
afterAll(async () => {
  await home.close();
  await models.close();
});

describe("agent", () => {
  it("answers through the Gateway with the offline assistant", async () => {
    const { code, stdout, stderr } = await home.run(["agent", "--agent", "main", "-m", "who are you?"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("offline assistant");
  });

  it("prints the whole result of a model's turn", async () => {
    const { code, stdout } = await home.run(["agent", "--agent", "real", "-m", "good morning", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      runId: expect.any(String),
      status: "ok",
      summary: "completed",
      result: {
        payloads: [{ text: expect.stringContaining("You said:"), mediaUrl: null }],
        meta: { agentMeta: { provider: "scripted", model: "fake-1" }, aborted: false },
      },
    });
  });

  it("records what the model streamed, without keys", () => {
    const lines = readFileSync(stream(), "utf8").trim().split("\n");
    expect(lines.length).toBeGreaterThan(2);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ ts: expect.any(Number), request: 1, event: expect.anything() });
    expect(lines.join("\n")).not.toContain("scripted-key");
  });

  it("keeps a session that was named by an unknown id, with its preferences", async () => {
    const first = await home.run(["agent", "--session-id", "trip", "-m", "hello", "--thinking", "low", "--json"]);
    expect(first.code).toBe(0);
    const second = await home.run(["agent", "--session-id", "trip", "-m", "hello", "--json"]);
    const sessionOf = (text: string) => JSON.parse(text).result.meta.agentMeta.sessionId;
    expect(sessionOf(second.stdout)).toBe(sessionOf(first.stdout));
    const { sessions } = JSON.parse((await home.run(["sessions", "--json"])).stdout);
    expect(sessions.find((row: { key: string }) => row.key === "agent:main:explicit:trip")).toMatchObject({
      thinkingLevel: "low",
    });
  });

  it("ends with 1 and the model's trouble when a run fails", async () => {
    models.enqueue({ status: 401 });
    const { code, stdout, stderr } = await home.run(["agent", "--agent", "real", "-m", "again", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ status: "error" });
    expect(stderr.trim()).not.toBe("");
  });

  it("refuses --local while the Gateway owns the sessions, names it and leaves them alone", async () => {
    const before = { transcripts: transcripts(), entries: await entries() };
    expect(before.entries).toContainEqual(expect.objectContaining({ key: "agent:main:explicit:trip" }));
    const { code, stdout, stderr } = await home.run(["agent", "--local", "--session-id", "trip", "-m", "hi"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`pid ${gateway.pid}`);
    expect({ transcripts: transcripts(), entries: await entries() }).toEqual(before);
  });

  it("runs nothing here when the Gateway is there and refuses the connection", async () => {
    // The token this device was given would open the door in spite of the wrong shared one.
    rmSync(path.join(home.stateDir, "identity", "device-auth.json"));
    const { code, stdout, stderr } = await home.run(["agent", "--agent", "main", "-m", "hi"], {
      OPENCLAW_GATEWAY_TOKEN: "wrong-token",
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("gateway connect failed: unauthorized: gateway token mismatch");
    expect(stderr).toContain(`pid ${gateway.pid}`);
  });
});

describe("asking a Gateway", () => {
  it("health, status and gateway status agree that it is there", async () => {
    const [health, status, gatewayStatus] = await Promise.all([
      home.run(["health"]),
      home.run(["status", "--json", "--deep"]),
      home.run(["gateway", "status", "--json"]),
    ]);
    expect(health.code).toBe(0);
    expect(health.stdout).toContain("Agents: main (default), real");
    expect(JSON.parse(status.stdout)).toMatchObject({
      gateway: { reachable: true, self: { version: "0.0.0-test" } },
      health: { ok: true },
    });
    expect(JSON.parse(gatewayStatus.stdout)).toMatchObject({ rpc: { ok: true } });
  });

  it("gateway call prints the payload alone, or the Gateway's refusal", async () => {
    const { stdout } = await home.run(["gateway", "call", "sessions.list", "--params", '{"limit":1}', "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ count: 1 });
    const refused = await home.run(["gateway", "call", "nosuch"]);
    expect(refused).toMatchObject({ code: 1, stdout: "", stderr: "Gateway call failed: unknown method: nosuch\n" });
    expect((await home.run(["gateway", "call", "health", "--params", "[1]"])).stderr).toBe(
      "--params must be a JSON object\n",
    );
  });

  it("authenticates at an explicit address with the explicit token alone", async () => {
    const { gateway: settings } = JSON.parse(readFileSync(home.configPath, "utf8"));
    const call = (token: string) =>
      home.run(["gateway", "call", "health", "--url", `ws://127.0.0.1:${settings.port}`, "--token", token, "--json"]);
    expect((await call(settings.auth.token)).code).toBe(0);
    const wrong = await call("wrong");
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain("gateway token mismatch");
  });

  it("logs --json prints one object per line, the file first", async () => {
    const { code, stdout, stderr } = await home.run(["logs", "--json", "--limit", "50"]);
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ type: "meta", file: home.logFile, cursor: expect.any(Number) });
    expect(lines.slice(1).some((line) => line.type === "log" && /listening on/.test(line.message))).toBe(true);
    expect(stderr).toBe("");
  });

  it("logs --follow shows what is added and ends when nobody reads any more", async () => {
    const follow = home.start(["logs", "--follow", "--interval", "20"]);
    await follow.output(/listening on/);
    await home.run(["gateway", "call", "no.such.method"]);
    await follow.output(/no\.such\.method/);
    follow.kill("SIGTERM");
    await follow.finished;
    expect(existsSync(home.logFile)).toBe(true);
  });

  it("ends at once on Ctrl+C, as the signal ends programs, and the run goes on in the Gateway", async () => {
    const follow = home.start(["logs", "--follow", "--interval", "20"]);
    await follow.output(/listening on/);
    follow.kill("SIGINT");
    expect(await follow.finished).toMatchObject({ code: null, signal: "SIGINT", stderr: "" });
    models.enqueue({ words: ["late"], gapMs: 1500 });
    const asked = models.requests.length;
    const turn = home.start(["agent", "--agent", "real", "-m", "take your time"]);
    await models.request(asked + 1);
    turn.kill("SIGINT");
    expect(await turn.finished).toMatchObject({ code: null, signal: "SIGINT", stdout: "" });
    expect((await home.run(["agent", "--agent", "real", "-m", "and now?"])).code).toBe(0);
    const all = Object.values(transcripts()).join("\n");
    expect(all.match(/take your time/g)).toHaveLength(1);
  });
});
