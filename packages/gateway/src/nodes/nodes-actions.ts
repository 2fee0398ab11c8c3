import { type ContentBlock, jsonResult, type ToolResult } from "@openclaw/plugin-sdk";
import { type NodeAsker, nodeOfCall } from "./ask-node.ts";
import { inWorkspace } from "./in-workspace.ts";
import { type NodeMediaKind, saveNodeMedia } from "./node-media.ts";
import type { NodesAction, NodeToolsOptions } from "./node-tool-options.ts";
import { flagParam, numberParam, textParam } from "./tool-params.ts";

type Params = Record<string, unknown>;

/** What approving a node may hand out on behalf of an agent: what nodes have, which is no operator scope. */
const agentScopes: ReadonlySet<string> = new Set(["operator.pairing"]);
/** Commands that have a way of their own, with approvals. */
const withApprovals = ["system.run", "system.execApprovals.set"];

/** Does what the `nodes` tool was asked for. @throws Error */
export async function nodesAction(params: Params, options: NodeToolsOptions): Promise<ToolResult> {
  const action = params.action as NodesAction;
  const nodes = await options.nodes();
  if ((action === "approve" || action === "reject") && !options.isOwner()) {
    throw new Error("Tool restricted to owner senders.");
  }
  const on = () => nodeOfCall(params, options.nodes);
  switch (action) {
    case "status":
      return jsonResult({ nodes: nodes.list(4) });
    case "pending":
      return jsonResult({ pending: nodes.pairing().pending });
    case "approve": {
      const { token: _secret, ...node } = nodes.approve(required(params, "requestId"), agentScopes);
      return jsonResult({ requestId: params.requestId, node });
    }
    case "reject":
      return jsonResult({ requestId: params.requestId, nodeId: nodes.reject(required(params, "requestId")) });
    case "describe":
      return jsonResult((await on()).node);
    case "notify":
      return notify(params, await on());
    case "camera_list":
      return jsonResult(await (await on()).ask("camera.list"));
    case "camera_snap":
      return snap(params, await on());
    case "camera_clip":
      return film("camera-clip", "camera.clip", clipParams(params), await on(), 90_000);
    case "screen_record":
      return film(
        "screen-record",
        "screen.record",
        screenParams(params),
        await on(),
        120_000,
        outPath(params, options),
      );
    case "location_get": {
      const { maxAgeMs, desiredAccuracy, locationTimeoutMs } = params;
      return jsonResult(
        await (await on()).ask("location.get", { timeoutMs: locationTimeoutMs, maxAgeMs, desiredAccuracy }),
      );
    }
    case "run":
      return run(
        params,
        options,
        nodes.list(4).some(({ connected, commands }) => connected && commands.includes("system.run")),
      );
    case "invoke":
      return invoke(params, await on());
    default:
      throw new Error(`unknown action: ${String(action satisfies never)}`);
  }
}

async function notify(params: Params, { ask }: NodeAsker): Promise<ToolResult> {
  const [title, body] = [textParam(params, "title"), textParam(params, "body")];
  if (title === undefined && body === undefined) throw new Error("title or body required");
  const { sound, priority, delivery } = params;
  await ask("system.notify", { title: title ?? "", body: body ?? "", sound, priority, delivery });
  return jsonResult({ ok: true });
}

async function snap(params: Params, { ask }: NodeAsker): Promise<ToolResult> {
  const facing = textParam(params, "facing")?.toLowerCase() ?? "both";
  if (!["front", "back", "both"].includes(facing)) throw new Error("invalid facing (front|back|both)");
  const deviceId = textParam(params, "deviceId");
  if (facing === "both" && deviceId !== undefined) throw new Error("with deviceId, facing must be front or back");
  const content: ContentBlock[] = [];
  const files: object[] = [];
  for (const side of facing === "both" ? ["front", "back"] : [facing]) {
    const payload = await ask("camera.snap", {
      facing: side,
      maxWidth: numberParam(params, "maxWidth"),
      quality: numberParam(params, "quality"),
      delayMs: numberParam(params, "delayMs"),
      deviceId,
      format: "jpg",
    });
    const { path, base64, format, details } = await saveNodeMedia("camera-snap", payload, { facing: side });
    content.push({ type: "text", text: `MEDIA:${path}` });
    content.push({ type: "image", data: base64, mimeType: `image/${format === "jpg" ? "jpeg" : format}` });
    files.push({ facing: side, path, ...details });
  }
  return { content, details: { files } };
}

function clipParams(params: Params): object {
  return {
    facing: textParam(params, "facing") ?? "front",
    durationMs: durationOf(params, 3000),
    includeAudio: flagParam(params, "includeAudio") ?? true,
    format: "mp4",
    deviceId: textParam(params, "deviceId"),
  };
}

function screenParams(params: Params): object {
  return {
    durationMs: durationOf(params, 10_000),
    screenIndex: numberParam(params, "screenIndex") ?? 0,
    fps: numberParam(params, "fps") ?? 10,
    format: "mp4",
    includeAudio: flagParam(params, "includeAudio") ?? true,
  };
}

async function film(
  kind: NodeMediaKind,
  command: string,
  params: object,
  { ask }: NodeAsker,
  timeoutMs: number,
  path?: string,
): Promise<ToolResult> {
  const saved = await saveNodeMedia(kind, await ask(command, params, timeoutMs), { path });
  return { content: [{ type: "text", text: `FILE:${saved.path}` }], details: { path: saved.path, ...saved.details } };
}

function outPath(params: Params, { workspaceDir }: NodeToolsOptions): string | undefined {
  const named = textParam(params, "outPath");
  return named === undefined ? undefined : inWorkspace(named, workspaceDir);
}

async function run(params: Params, options: NodeToolsOptions, possible: boolean): Promise<ToolResult> {
  const { command } = params;
  if (command === undefined) throw new Error("command required (argv array, e.g. ['echo', 'Hello'])");
  const argv = typeof command === "string" ? [command] : command;
  if (!Array.isArray(argv) || !argv.every((word) => typeof word === "string")) {
    throw new Error("command must be an array of strings (argv), e.g. ['echo', 'Hello']");
  }
  if (argv.length === 0 || argv[0] === "") throw new Error("command must not be empty");
  if (!possible) {
    throw new Error("system.run requires a paired companion app or node host (no nodes available).");
  }
  const { node, ask } = await nodeOfCall(params, options.nodes);
  if (!node.commands.includes("system.run")) {
    throw new Error("system.run requires a companion app or node host; the selected node does not support system.run.");
  }
  const timeoutMs = numberParam(params, "commandTimeoutMs");
  const pairs = (Array.isArray(params.env) ? params.env : []).filter((pair) => typeof pair === "string");
  const env = Object.fromEntries(
    pairs.flatMap((pair: string) => {
      const at = pair.indexOf("=");
      return at < 1 ? [] : [[pair.slice(0, at), pair.slice(at + 1)]];
    }),
  );
  const payload = await ask(
    "system.run",
    {
      command: argv,
      cwd: textParam(params, "cwd"),
      env,
      timeoutMs,
      needsScreenRecording: flagParam(params, "needsScreenRecording"),
      agentId: options.agentId,
    },
    Math.max(30_000, (timeoutMs ?? 0) + 5000),
  );
  return jsonResult(payload ?? {});
}

async function invoke(params: Params, { ask }: NodeAsker): Promise<ToolResult> {
  const command = required(params, "invokeCommand");
  if (withApprovals.includes(command)) {
    throw new Error(`${command} cannot be invoked like this: use action run, or exec with host node`);
  }
  const json = textParam(params, "invokeParamsJson");
  let given: unknown = {};
  try {
    given = json === undefined ? {} : JSON.parse(json);
  } catch (error) {
    throw new Error(`invokeParamsJson must be valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof given !== "object" || given === null) throw new Error("invokeParamsJson must be valid JSON: an object");
  return jsonResult((await ask(command, given)) ?? {});
}

function required(params: Params, name: string): string {
  const value = textParam(params, name);
  if (value === undefined) throw new Error(`${name} required`);
  return value;
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

function durationOf(params: Params, otherwise: number): number {
  const ms = numberParam(params, "durationMs");
  if (ms !== undefined) return ms;
  const text = textParam(params, "duration");
  if (text === undefined) return otherwise;
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m)?$/i.exec(text);
  if (!match) throw new Error(`invalid duration: ${text} (such as 5s or 3000)`);
  return Math.round(Number(match[1]) * (unitMs[(match[2] ?? "ms").toLowerCase()] ?? 1));
}
