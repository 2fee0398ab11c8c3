import { type CommandModule, defineCommand, type FlagSpec, type FlagSpecs } from "./command-spec.ts";
import { gatewayFlags, json, timeoutFlag } from "./shared-flags.ts";

const node = { type: "string", value: "node", summary: "node id, name or IP" } as const satisfies FlagSpec;
const text = (summary: string) => ({ type: "string", value: "text", summary }) as const satisfies FlagSpec;
const pixels = (summary: string) => ({ type: "integer", value: "px", summary }) as const satisfies FlagSpec;
const ms = (summary: string) => ({ type: "integer", value: "ms", summary }) as const satisfies FlagSpec;
const invokeTimeout = <const D extends number>(duration: D) =>
  ({ type: "integer", value: "ms", summary: "how long the node may take", default: duration, min: 1 }) as const;
const common = <const D extends number>(duration: D) =>
  ({ ...gatewayFlags, timeout: timeoutFlag(duration), json }) as const satisfies FlagSpecs;
const onNode = <const D extends number, const I extends number>(duration: D, invoke: I) =>
  ({ node, "invoke-timeout": invokeTimeout(invoke), ...common(duration) }) as const satisfies FlagSpecs;

export const nodesFlags = common(10_000);
export const nodesListFlags = {
  connected: { type: "boolean", summary: "only connected nodes" },
  "last-connected": { type: "string", value: "duration", summary: "only nodes seen within the duration, such as 24h" },
  ...nodesFlags,
} as const satisfies FlagSpecs;
export const nodesDescribeFlags = { node, ...nodesFlags } as const satisfies FlagSpecs;
export const nodesRenameFlags = { node, name: text("new name"), ...nodesFlags } as const satisfies FlagSpecs;
export const nodesInvokeFlags = {
  ...onNode(30_000, 15_000),
  command: text("command of the node, such as system.which"),
  params: { type: "string", value: "json", summary: "parameters", default: "{}" },
  "idempotency-key": text("the same key does the same thing once"),
} as const satisfies FlagSpecs;
export const nodesRunFlags = {
  node,
  cwd: text("folder to run in"),
  env: { type: "string", value: "K=V", summary: "environment variable", multiple: true, separator: "\0" },
  raw: text("a shell command instead of words"),
  agent: text("agent whose approvals count"),
  ask: { type: "string", value: "mode", summary: "off, on-miss or always; can only tighten" },
  security: { type: "string", value: "mode", summary: "deny, allowlist or full; can only tighten" },
  "command-timeout": ms("when the command is killed"),
  "needs-screen-recording": { type: "boolean", summary: "the command records the screen" },
  "invoke-timeout": invokeTimeout(30_000),
  ...common(35_000),
} as const satisfies FlagSpecs;
export const nodesNotifyFlags = {
  ...onNode(10_000, 15_000),
  title: text("title"),
  body: text("text"),
  sound: text("sound"),
  priority: { type: "string", summary: "urgency", options: ["passive", "active", "timeSensitive"] },
  delivery: { type: "string", summary: "where it shows", options: ["system", "overlay", "auto"], default: "system" },
} as const satisfies FlagSpecs;
export const nodesCameraListFlags = { node, ...common(60_000) } as const satisfies FlagSpecs;
export const nodesCameraSnapFlags = {
  ...onNode(60_000, 20_000),
  facing: { type: "string", value: "side", summary: "front, back or both", default: "both" },
  "device-id": text("camera, from camera list"),
  "max-width": pixels("largest width"),
  quality: { type: "string", value: "0-1", summary: "of the picture", default: "0.9" },
  "delay-ms": ms("wait before the picture"),
} as const satisfies FlagSpecs;
export const nodesCameraClipFlags = {
  ...onNode(90_000, 90_000),
  facing: { type: "string", value: "side", summary: "front or back", default: "front" },
  "device-id": text("camera, from camera list"),
  duration: { type: "string", value: "duration", summary: "ms, or such as 5s", default: "3000" },
  "no-audio": { type: "boolean", summary: "without sound" },
} as const satisfies FlagSpecs;
export const nodesScreenFlags = {
  ...onNode(180_000, 120_000),
  screen: { type: "integer", value: "n", summary: "which screen", default: 0 },
  duration: { type: "string", value: "duration", summary: "ms, or such as 10s", default: "10000" },
  fps: { type: "integer", value: "n", summary: "pictures a second", default: 10, min: 1 },
  "no-audio": { type: "boolean", summary: "without sound" },
  out: { type: "string", value: "path", summary: "file to write" },
} as const satisfies FlagSpecs;
export const nodesLocationFlags = {
  ...onNode(30_000, 20_000),
  "max-age": ms("how old a known position may be"),
  accuracy: { type: "string", summary: "wanted accuracy", options: ["coarse", "balanced", "precise"] },
  "location-timeout": { type: "integer", value: "ms", summary: "how long to look", default: 10_000, min: 1 },
} as const satisfies FlagSpecs;
export const nodesCanvasFlags = onNode(10_000, 20_000);
export const nodesPresentFlags = {
  ...nodesCanvasFlags,
  target: text("address, or path on the canvas host"),
  x: pixels("left edge"),
  y: pixels("upper edge"),
  width: pixels("width"),
  height: pixels("height"),
} as const satisfies FlagSpecs;
export const nodesEvalFlags = { ...nodesCanvasFlags, js: text("JavaScript") } as const satisfies FlagSpecs;
export const nodesSnapshotFlags = {
  ...onNode(60_000, 20_000),
  format: { type: "string", value: "format", summary: "png, jpg or jpeg", default: "jpg" },
  "max-width": pixels("largest width"),
  quality: { type: "string", value: "0-1", summary: "of the picture" },
} as const satisfies FlagSpecs;
export const nodesPushFlags = {
  ...nodesCanvasFlags,
  jsonl: { type: "string", value: "path", summary: "file with A2UI 0.8 messages" },
  text: text("a text to show"),
} as const satisfies FlagSpecs;

type Nodes = typeof import("../commands/nodes.ts");
type Args = Parameters<typeof defineCommand>[0]["args"];

/** One command of the group; its code is one function of the module. */
function nodesCommand<const F extends FlagSpecs>(
  words: string,
  summary: string,
  flags: F,
  pick: (module: Nodes) => CommandModule<F>["run"],
  args: Args = [],
) {
  return defineCommand<F>({
    id: `nodes ${words}`,
    summary,
    flags,
    args,
    docs: "/nodes",
    config: "valid",
    load: async () => ({ run: pick(await import("../commands/nodes.ts")) }),
  });
}

const requestId = [{ name: "requestId", summary: "id of the request, from nodes pending", required: true }];

export const nodesCommands = [
  nodesCommand("status", "List known nodes with connection state", nodesListFlags, (on) => on.status),
  nodesCommand("list", "List pending and paired nodes", nodesListFlags, (on) => on.list),
  nodesCommand("describe", "Show capabilities and commands of a node", nodesDescribeFlags, (on) => on.describe),
  nodesCommand("pending", "List pending node pairing requests", nodesFlags, (on) => on.pending),
  nodesCommand("approve", "Approve a node pairing request", nodesFlags, (on) => on.approve, requestId),
  nodesCommand("reject", "Reject a node pairing request", nodesFlags, (on) => on.reject, requestId),
  nodesCommand("rename", "Rename a node", nodesRenameFlags, (on) => on.rename),
  nodesCommand("invoke", "Ask a node for a command", nodesInvokeFlags, (on) => on.invoke),
  nodesCommand("run", "Run a shell command on a node", nodesRunFlags, (on) => on.run, [
    { name: "command", summary: "the program and its arguments", required: false, variadic: true },
  ]),
  nodesCommand("notify", "Show a notification on a node", nodesNotifyFlags, (on) => on.notify),
  nodesCommand("camera list", "List cameras of a node", nodesCameraListFlags, (on) => on.cameraList),
  nodesCommand("camera snap", "Take a photo", nodesCameraSnapFlags, (on) => on.cameraSnap),
  nodesCommand("camera clip", "Record a short clip", nodesCameraClipFlags, (on) => on.cameraClip),
  nodesCommand("screen record", "Record the screen", nodesScreenFlags, (on) => on.screenRecord),
  nodesCommand("location get", "Get the location of a node", nodesLocationFlags, (on) => on.locationGet),
  nodesCommand("canvas present", "Show the canvas", nodesPresentFlags, (on) => on.canvasPresent),
  nodesCommand("canvas hide", "Hide the canvas", nodesCanvasFlags, (on) => on.canvasHide),
  nodesCommand("canvas navigate", "Show another page", nodesCanvasFlags, (on) => on.canvasNavigate, [
    { name: "url", summary: "address, or path on the canvas host", required: true },
  ]),
  nodesCommand("canvas eval", "Run JavaScript on the canvas", nodesEvalFlags, (on) => on.canvasEval, [
    { name: "js", summary: "JavaScript", required: false },
  ]),
  nodesCommand("canvas snapshot", "Take a picture of the canvas", nodesSnapshotFlags, (on) => on.canvasSnapshot),
  nodesCommand("canvas a2ui push", "Show an A2UI surface", nodesPushFlags, (on) => on.a2uiPush),
  nodesCommand("canvas a2ui reset", "Remove the A2UI surfaces", nodesCanvasFlags, (on) => on.a2uiReset),
];
