import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Json } from "../../gateway/src/testing/raw-client.ts";
import { createDevice } from "../../gateway/src/testing/test-device.ts";
import { startTestGateway, type TestGateway, testToken } from "../../gateway/src/testing/test-gateway.ts";
import { connectTestNode, nodeResult, type TestNode } from "../../gateway/src/testing/test-node.ts";
import { temporaryHome } from "./cli.ts";

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
let home: ReturnType<typeof temporaryHome>;
let gateway: TestGateway;
let asked: { command: string; params: Json }[] = [];
beforeEach(async () => {
  asked = [];
  home = temporaryHome();
  gateway = await startTestGateway({
    config: { gateway: { nodes: { allowCommands: ["camera.snap", "camera.clip", "screen.record"] } } },
  });
});
afterEach(async () => {
  home[Symbol.dispose]();
  await gateway.close();
});

const results: Record<string, Json> = {
  "camera.list": nodeResult({ devices: [{ id: "c1", name: "Lid", position: "front", deviceType: "builtin" }] }),
  "camera.snap": nodeResult({ format: "jpg", base64: pixel, width: 1, height: 1 }),
  "camera.clip": nodeResult({ format: "mp4", base64: pixel, durationMs: 3000, hasAudio: true }),
  "screen.record": nodeResult({ format: "mp4", base64: pixel }),
  "canvas.snapshot": nodeResult({ format: "png", base64: pixel }),
  "canvas.eval": nodeResult({ result: "42" }),
  "location.get": nodeResult({ lat: 48.2, lon: 16.37, accuracyMeters: 12.4 }),
};
const plain = ["present", "hide", "navigate", "a2ui.pushJSONL", "a2ui.reset"].map((name) => `canvas.${name}`);
/** A node that answers everything and keeps what it was asked for. */
async function phone(displayName = "Pocket Phone"): Promise<TestNode> {
  const commands = [...Object.keys(results), ...plain, "system.notify", "system.which"];
  const answers = Object.fromEntries(
    commands.map((command) => [
      command,
      (params: Json) => {
        asked.push({ command, params });
        return results[command] ?? nodeResult({ ok: true });
      },
    ]),
  );
  return connectTestNode(gateway, {
    client: { id: "openclaw-ios", platform: "ios 19", displayName },
    caps: ["canvas", "camera"],
    commands,
    answers,
  });
}
const nodes = (...argv: string[]) => home.run(["nodes", ...argv, "--url", gateway.url, "--token", testToken]);
const on = (...argv: string[]) => nodes(...argv, "--node", "pocket-phone");
const savedFiles = (stdout: string) => [...stdout.matchAll(/^MEDIA:(.+)$/gm)].map(([, file]) => String(file));

describe("nodes", () => {
  it("are listed, described, renamed and meant by id, name or the beginning of an id", async () => {
    const { nodeId } = await phone();
    await (await connectTestNode(gateway, { client: { displayName: "Away" } })).client.close();
    expect((await nodes("status")).stdout).toContain("Known: 2 · Paired: 2 · Connected: 1");
    expect(JSON.parse((await nodes("status", "--connected", "--json")).stdout).nodes).toHaveLength(1);
    expect(JSON.parse((await nodes("list", "--last-connected", "1h", "--json")).stdout).paired).toHaveLength(2);
    expect((await nodes("list")).stdout).toContain("Pending: 0 · Paired: 2");
    expect((await nodes("pending")).stdout).toBe("No pending pairing requests.\n");
    for (const query of [nodeId, nodeId.slice(0, 8), "POCKET phone"]) {
      expect((await nodes("describe", "--node", query)).stdout).toContain("- camera.list");
    }
    expect((await nodes("rename", "--node", "pocket-phone", "--name", "Desk")).stdout).toBe(
      `node rename ok: ${nodeId} -> Desk\n`,
    );
    const failed = async (...argv: string[]) => (await nodes("describe", ...argv)).stderr;
    expect(await failed()).toBe("nodes describe failed: node required\n");
    expect(await failed("--node", "x")).toBe("nodes describe failed: unknown node: x (known: Desk, Away)\n");
    await phone("Desk");
    expect(await failed("--node", "desk")).toContain("ambiguous node: desk (matches: Desk, Desk)");
  });

  it.each(["nodes", "devices"])("from another machine are let in by %s approve (acceptance 1)", async (group) => {
    const device = createDevice();
    const connect = () =>
      gateway.open({ host: "far.example" }).connect({
        role: "node",
        scopes: [],
        device,
        client: { id: "node-host", mode: "node", displayName: "Far" },
      });
    const { error } = await connect();
    expect(error?.code).toBe("NOT_PAIRED");
    const requestId = String(error?.details?.requestId);
    expect((await nodes("pending")).stdout).toContain(requestId);
    const approved = await home.run([group, "approve", requestId, "--url", gateway.url, "--token", testToken]);
    expect(approved).toMatchObject({ code: 0, stderr: "" });
    expect((await nodes("status")).stdout).toContain("paired · disconnected");
    expect((await connect()).ok).toBe(true);
    expect((await nodes("status")).stdout).toContain("paired · connected");
  });

  it("are asked for a command, but not for one that needs an approval", async () => {
    await phone();
    expect((await on("notify", "--title", "Tea")).stdout).toBe("notify ok\n");
    expect(asked.at(-1)?.params).toEqual({ title: "Tea", body: "", delivery: "system" });
    expect(JSON.parse((await on("invoke", "--command", "canvas.hide", "--params", "{}")).stdout)).toMatchObject({
      ok: true,
      payload: { ok: true },
    });
    expect((await on("invoke", "--command", "system.run")).stderr).toContain("openclaw nodes run --node <node>");
    expect((await on("notify")).stderr).toBe("nodes notify failed: missing --title or --body\n");
  });

  it("take pictures and films that are kept in files only their owner can read", async () => {
    await phone();
    const both = savedFiles((await on("camera", "snap")).stdout);
    expect(both.map((file) => path.basename(file))).toEqual([
      expect.stringMatching(/^openclaw-camera-snap-front-[\w-]{36}\.jpg$/),
      expect.stringMatching(/^openclaw-camera-snap-back-[\w-]{36}\.jpg$/),
    ]);
    const [clip = ""] = savedFiles((await on("camera", "clip", "--duration", "5s", "--no-audio")).stdout);
    expect(asked.at(-1)?.params).toMatchObject({ durationMs: 5000, includeAudio: false, facing: "front" });
    const [snapshot = ""] = savedFiles((await on("canvas", "snapshot", "--format", "png")).stdout);
    for (const file of [...both, clip, snapshot]) {
      expect(fs.readFileSync(file).toString("base64")).toBe(pixel);
      expect(fs.statSync(file).mode & 0o777).toBe(0o600);
      fs.rmSync(file);
    }
    const out = path.join(home.home, "film.mp4");
    expect(savedFiles((await on("screen", "record", "--out", out)).stdout)).toEqual([out]);
    expect((await on("camera", "list")).stdout).toContain("Lid");
    expect((await on("location", "get")).stdout).toBe("48.2,16.37 ±12m\n");
    const refused = async (...argv: string[]) => (await on("camera", "snap", ...argv)).stderr;
    expect(await refused("--facing", "up")).toContain("invalid facing: up (expected front|back|both)");
    expect(await refused("--device-id", "c1")).toContain("exclude each other");
    expect((await on("canvas", "snapshot", "--format", "gif")).stderr).toContain("invalid format: gif");
  });

  it("show pages and surfaces of A2UI 0.8, and nothing that is not (acceptance 19)", async () => {
    await phone();
    expect((await on("canvas", "present", "--target", "/x", "--width", "300")).stdout).toBe("canvas present ok\n");
    expect(asked.at(-1)?.params).toEqual({ url: "/x", placement: { width: 300 } });
    expect((await on("canvas", "navigate", "https://example.com")).stdout).toBe("canvas navigate ok\n");
    expect((await on("canvas", "eval", "6*7")).stdout).toBe("42\n");
    expect((await on("canvas", "eval")).stderr).toContain("missing --js or <js>");
    expect((await on("canvas", "hide")).stdout).toBe("canvas hide ok\n");

    const push = await on("canvas", "a2ui", "push", "--text", "Hi");
    expect(push.stdout).toBe("canvas a2ui push ok (v0.8, 2 messages)\n");
    const lines = String(asked.at(-1)?.params.jsonl)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      {
        surfaceUpdate: {
          surfaceId: "main",
          components: [
            { id: "root", component: { Column: { children: { explicitList: ["text"] } } } },
            { id: "text", component: { Text: { text: { literalString: "Hi" }, usageHint: "body" } } },
          ],
        },
      },
      { beginRendering: { surfaceId: "main", root: "root" } },
    ]);
    asked = [];
    const file = path.join(home.home, "surface.jsonl");
    const pushed = async (text: string) => {
      fs.writeFileSync(file, text);
      return (await on("canvas", "a2ui", "push", "--jsonl", file)).stderr;
    };
    expect(await pushed('{"createSurface":{}}')).toContain(
      "Detected A2UI v0.9 JSONL (createSurface). OpenClaw currently supports v0.8 only.",
    );
    expect(await pushed('{"deleteSurface":{"surfaceId":"a"}}\n[]\n{"a":1}\n{')).toMatch(
      /Invalid A2UI JSONL:\n- line 2: expected JSON object\n- line 3: expected exactly one action key \(.+\)\n- line 4: /,
    );
    expect(await pushed('{"deleteSurface":{"surfaceId":"a"}}\n{"createSurface":{}}')).toContain(
      "mixed A2UI v0.8 and v0.9",
    );
    expect(await pushed("\n")).toContain("no JSONL messages found");
    expect((await on("canvas", "a2ui", "push")).stderr).toContain("provide exactly one of --jsonl or --text");
    expect(asked).toEqual([]);
    expect((await on("canvas", "a2ui", "reset")).stdout).toBe("canvas a2ui reset ok\n");
  });
});
