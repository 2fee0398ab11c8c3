import { readFile } from "node:fs/promises";
import path from "node:path";
import { checkA2ui, type NodeMediaKind, saveNodeMedia, textSurface } from "@openclaw/gateway/nodes";
import { readDuration } from "../nodes/duration.ts";
import { type NodesCallFlags, type NodesSession, withNodes } from "../nodes/nodes-call.ts";
import { printTable } from "../nodes/show-nodes.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type {
  nodesCameraClipFlags,
  nodesCameraListFlags,
  nodesCameraSnapFlags,
  nodesCanvasFlags,
  nodesEvalFlags,
  nodesLocationFlags,
  nodesPresentFlags,
  nodesPushFlags,
  nodesScreenFlags,
  nodesSnapshotFlags,
} from "../spec/nodes-commands.ts";
import { listOf, numberOf, recordOf, textOf } from "./payload.ts";

interface OnNode extends NodesCallFlags {
  node: string | undefined;
  json: boolean;
  "invoke-timeout"?: number;
}

/** Asks the node of the flags for one command and returns the payload of its answer. */
async function ask(session: NodesSession, flags: OnNode, command: string, params?: object): Promise<unknown> {
  const { nodeId } = await session.node(flags.node);
  const timeoutMs = flags["invoke-timeout"] ?? 20_000;
  return (await session.invoke({ nodeId, command, params, timeoutMs })).payload;
}

interface Asked {
  kind: NodeMediaKind;
  command: string;
  params: object;
  facing?: string;
  path?: string;
}

/** Fetches pictures or films, keeps them and prints where. */
async function fetchMedia(session: NodesSession, flags: OnNode, asked: readonly Asked[], context: CommandContext) {
  const saved: object[] = [];
  for (const { kind, command, params, facing, path } of asked) {
    const payload = await ask(session, flags, command, params);
    const file = await saveNodeMedia(kind, payload, { ...(facing ? { facing } : {}), path });
    saved.push({ ...(facing ? { facing } : {}), path: file.path, ...file.details });
    if (!flags.json) context.print(`MEDIA:${file.path}`);
  }
  if (flags.json) context.printJson({ files: saved });
}

/** `nodes camera list` */
export async function cameraList({ flags }: CommandInput<typeof nodesCameraListFlags>, context: CommandContext) {
  return withNodes("camera list", flags, context, async (session) => {
    const devices = listOf(recordOf(await ask(session, flags, "camera.list")).devices);
    if (flags.json) return void context.printJson({ devices });
    context.print(context.style.heading("Cameras"));
    const rows = devices
      .map(recordOf)
      .map(({ name, id, position, deviceType }) => [name, id, position, deviceType].map((cell) => textOf(cell) ?? ""));
    printTable(["Name", "ID", "Position", "Type"], ["ID"], rows, context);
  });
}

/** `nodes camera snap` */
export async function cameraSnap({ flags }: CommandInput<typeof nodesCameraSnapFlags>, context: CommandContext) {
  return withNodes("camera snap", flags, context, async (session) => {
    const facing = flags.facing.trim().toLowerCase();
    const deviceId = flags["device-id"]?.trim() || undefined;
    if (!["front", "back", "both"].includes(facing)) {
      throw new Error(`invalid facing: ${flags.facing} (expected front|back|both)`);
    }
    if (facing === "both" && deviceId !== undefined) {
      throw new Error("--facing both and --device-id exclude each other: name front or back");
    }
    const quality = fraction(flags.quality, "--quality");
    const params = { quality, maxWidth: flags["max-width"], delayMs: flags["delay-ms"], deviceId, format: "jpg" };
    const sides = facing === "both" ? ["front", "back"] : [facing];
    const asked = sides.map((side) => ({
      kind: "camera-snap" as const,
      command: "camera.snap",
      params: { facing: side, ...params },
      facing: side,
    }));
    await fetchMedia(session, flags, asked, context);
  });
}

/** `nodes camera clip` */
export async function cameraClip({ flags }: CommandInput<typeof nodesCameraClipFlags>, context: CommandContext) {
  return withNodes("camera clip", flags, context, async (session) => {
    const facing = flags.facing.trim().toLowerCase();
    if (!["front", "back"].includes(facing)) {
      throw new Error(`invalid facing: ${flags.facing} (expected front|back)`);
    }
    const params = {
      facing,
      durationMs: readDuration(flags.duration, "--duration"),
      includeAudio: !flags["no-audio"],
      format: "mp4",
      deviceId: flags["device-id"]?.trim() || undefined,
    };
    await fetchMedia(session, flags, [{ kind: "camera-clip", command: "camera.clip", params, facing }], context);
  });
}

/** `nodes screen record` */
export async function screenRecord({ flags }: CommandInput<typeof nodesScreenFlags>, context: CommandContext) {
  return withNodes("screen record", flags, context, async (session) => {
    const params = {
      durationMs: readDuration(flags.duration, "--duration"),
      screenIndex: flags.screen,
      fps: flags.fps,
      format: "mp4",
      includeAudio: !flags["no-audio"],
    };
    const out = flags.out === undefined ? {} : { path: path.resolve(context.cwd, flags.out) };
    await fetchMedia(session, flags, [{ kind: "screen-record", command: "screen.record", params, ...out }], context);
  });
}

/** `nodes location get` */
export async function locationGet({ flags }: CommandInput<typeof nodesLocationFlags>, context: CommandContext) {
  return withNodes("location get", flags, context, async (session) => {
    const place = recordOf(
      await ask(session, flags, "location.get", {
        timeoutMs: flags["location-timeout"],
        maxAgeMs: flags["max-age"],
        desiredAccuracy: flags.accuracy,
      }),
    );
    if (flags.json) return void context.printJson(place);
    const [lat, lon, accuracy] = [place.lat, place.lon, place.accuracyMeters].map(numberOf);
    if (lat === undefined || lon === undefined) throw new Error("the node's answer holds no position");
    context.print(`${lat},${lon}${accuracy === undefined ? "" : ` ±${Math.round(accuracy)}m`}`);
  });
}

/** `nodes canvas present` */
export async function canvasPresent({ flags }: CommandInput<typeof nodesPresentFlags>, context: CommandContext) {
  const { x, y, width, height } = flags;
  const placed = [x, y, width, height].some((value) => value !== undefined);
  const params = { url: flags.target?.trim() || undefined, ...(placed ? { placement: { x, y, width, height } } : {}) };
  return canvas("present", flags, context, () => params);
}

/** `nodes canvas hide` */
export async function canvasHide({ flags }: CommandInput<typeof nodesCanvasFlags>, context: CommandContext) {
  return canvas("hide", flags, context, () => undefined);
}

/** `nodes canvas navigate` */
export async function canvasNavigate({ flags, args }: CommandInput<typeof nodesCanvasFlags>, context: CommandContext) {
  return canvas("navigate", flags, context, () => ({ url: args[0] }));
}

/** `nodes canvas eval` */
export async function canvasEval({ flags, args }: CommandInput<typeof nodesEvalFlags>, context: CommandContext) {
  return withNodes("canvas eval", flags, context, async (session) => {
    const javaScript = (flags.js ?? args[0])?.trim();
    if (!javaScript) throw new Error("missing --js or <js>");
    const answer = recordOf(await ask(session, flags, "canvas.eval", { javaScript }));
    if (flags.json) return void context.printJson(answer);
    context.print(textOf(answer.result) ?? "canvas eval ok");
  });
}

/** `nodes canvas snapshot` */
export async function canvasSnapshot({ flags }: CommandInput<typeof nodesSnapshotFlags>, context: CommandContext) {
  return withNodes("canvas snapshot", flags, context, async (session) => {
    const format = flags.format.trim().toLowerCase();
    if (!["png", "jpg", "jpeg"].includes(format)) {
      throw new Error(`invalid format: ${flags.format} (expected png|jpg|jpeg)`);
    }
    const quality = flags.quality === undefined ? undefined : fraction(flags.quality, "--quality");
    const params = { format: format === "png" ? "png" : "jpeg", maxWidth: flags["max-width"], quality };
    await fetchMedia(session, flags, [{ kind: "canvas-snapshot", command: "canvas.snapshot", params }], context);
  });
}

/** `nodes canvas a2ui push` */
export async function a2uiPush({ flags }: CommandInput<typeof nodesPushFlags>, context: CommandContext) {
  return withNodes("canvas a2ui push", flags, context, async (session) => {
    if ((flags.jsonl === undefined) === (flags.text === undefined)) {
      throw new Error("provide exactly one of --jsonl or --text");
    }
    const jsonl =
      flags.jsonl === undefined
        ? textSurface(flags.text ?? "")
        : await readFile(path.resolve(context.cwd, flags.jsonl), "utf8");
    const messages = checkA2ui(jsonl);
    const answer = await ask(session, flags, "canvas.a2ui.pushJSONL", { jsonl });
    if (flags.json) return void context.printJson(answer);
    context.print(`canvas a2ui push ok (v0.8, ${messages} message${messages === 1 ? "" : "s"})`);
  });
}

/** `nodes canvas a2ui reset` */
export async function a2uiReset({ flags }: CommandInput<typeof nodesCanvasFlags>, context: CommandContext) {
  return canvas("a2ui reset", flags, context, () => undefined);
}

function canvas(words: string, flags: OnNode, context: CommandContext, params: () => object | undefined) {
  return withNodes(`canvas ${words}`, flags, context, async (session) => {
    const answer = await ask(session, flags, `canvas.${words.replaceAll(" ", ".")}`, params());
    if (flags.json) return void context.printJson(answer);
    context.print(`canvas ${words} ok`);
  });
}

/** @throws Error for what is no number from 0 to 1 */
function fraction(text: string, flag: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1)) throw new Error(`${flag} must be a number from 0 to 1`);
  return value;
}
