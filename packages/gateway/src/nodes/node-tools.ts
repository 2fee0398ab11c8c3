import type { Tool, ToolResult } from "@openclaw/plugin-sdk";
import { canvasActions, type NodeToolsOptions, nodeActions } from "./node-tool-options.ts";

const text = (description: string) => ({ type: "string", description });
const number = (description: string) => ({ type: "number", description });
const choice = (values: readonly string[], description?: string) => ({
  type: "string",
  enum: values,
  ...(description === undefined ? {} : { description }),
});

const nodesParameters = {
  type: "object",
  properties: {
    action: choice(nodeActions),
    node: text("Node id, name or IP; needed for all but status, pending, approve and reject"),
    requestId: text("approve, reject: id from pending"),
    title: text("notify"),
    body: text("notify"),
    sound: text("notify"),
    priority: choice(["passive", "active", "timeSensitive"]),
    delivery: choice(["system", "overlay", "auto"]),
    facing: choice(["front", "back", "both"], "camera_snap (default both), camera_clip (front)"),
    maxWidth: number("camera_snap: pixels"),
    quality: number("camera_snap: 0 to 1"),
    delayMs: number("camera_snap: wait before"),
    deviceId: text("camera: id from camera_list"),
    duration: text("camera_clip, screen_record: such as 5s"),
    durationMs: number("The same in ms"),
    includeAudio: { type: "boolean" },
    fps: number("screen_record"),
    screenIndex: number("screen_record"),
    outPath: text("screen_record: file in the workspace"),
    maxAgeMs: number("location_get"),
    locationTimeoutMs: number("location_get"),
    desiredAccuracy: choice(["coarse", "balanced", "precise"]),
    command: { type: "array", items: { type: "string" }, description: "run: program and arguments" },
    cwd: text("run"),
    env: { type: "array", items: { type: "string" }, description: "run: KEY=VALUE" },
    commandTimeoutMs: number("run: killed after"),
    invokeTimeoutMs: number("How long the node may take, ms"),
    needsScreenRecording: { type: "boolean" },
    invokeCommand: text("invoke: command of the node"),
    invokeParamsJson: text("invoke: parameters as JSON"),
  },
  required: ["action"],
};

const canvasParameters = {
  type: "object",
  properties: {
    action: choice(canvasActions),
    node: text("Node id, name or IP; the only one with a canvas when absent"),
    target: text("present: address, or path on the canvas host"),
    x: number("present"),
    y: number("present"),
    width: number("present"),
    height: number("present"),
    url: text("navigate: address, or path on the canvas host"),
    javaScript: text("eval"),
    outputFormat: choice(["png", "jpg", "jpeg"]),
    maxWidth: number("snapshot: pixels"),
    quality: number("snapshot: 0 to 1"),
    delayMs: number("snapshot: wait before"),
    jsonl: text("a2ui_push: A2UI 0.8 messages, one JSON object a line"),
    jsonlPath: text("a2ui_push: file in the workspace that holds them"),
    invokeTimeoutMs: number("How long the node may take, ms"),
  },
  required: ["action"],
};

/** The tools `nodes` and `canvas`. What they do is loaded at the first call. */
export function createNodeTools(options: NodeToolsOptions): Tool[] {
  const tool = (
    name: string,
    description: string,
    parameters: object,
    act: (params: Record<string, unknown>) => Promise<ToolResult>,
  ): Tool => ({
    name,
    label: name === "nodes" ? "Nodes" : "Canvas",
    description,
    parameters,
    async execute(params) {
      try {
        return await act(params);
      } catch (error) {
        const { action, node } = params;
        const where = `agent=${options.agentId} node=${String(node ?? "auto")} gateway=default action=${String(action)}`;
        throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    },
  });
  return [
    tool(
      "canvas",
      "Show web pages and A2UI surfaces on a node's canvas: present, hide, navigate, eval, snapshot, a2ui_push, a2ui_reset. Files in the canvas folder of the workspace are served to nodes.",
      canvasParameters,
      async (params) => (await import("./canvas-actions.ts")).canvasAction(params, options),
    ),
    tool(
      "nodes",
      "Paired devices and machines: list them (status), describe one, approve pairing, notify, use their camera, screen and location, run a program on one.",
      nodesParameters,
      async (params) => (await import("./nodes-actions.ts")).nodesAction(params, options),
    ),
  ];
}
