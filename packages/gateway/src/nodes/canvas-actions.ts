import { readFile, realpath } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { jsonResult, type ToolResult, textResult } from "@openclaw/plugin-sdk";
import type { NodeRow } from "@openclaw/protocol";
import { checkA2ui } from "./a2ui-messages.ts";
import { nodeOfCall } from "./ask-node.ts";
import { inWorkspace } from "./in-workspace.ts";
import { saveNodeMedia } from "./node-media.ts";
import type { CanvasAction, NodeToolsOptions } from "./node-tool-options.ts";
import { numberParam, textParam } from "./tool-params.ts";

const longestDelayMs = 60_000;

/** Does what the `canvas` tool was asked for. @throws Error */
export async function canvasAction(params: Record<string, unknown>, options: NodeToolsOptions): Promise<ToolResult> {
  const action = params.action as CanvasAction;
  const { ask } = await nodeOfCall(params, options.nodes, nodeWithCanvas);
  switch (action) {
    case "present": {
      const place = Object.entries({
        x: numberParam(params, "x"),
        y: numberParam(params, "y"),
        width: numberParam(params, "width"),
        height: numberParam(params, "height"),
      }).filter(([, value]) => value !== undefined);
      const placement = place.length > 0 ? { placement: Object.fromEntries(place) } : {};
      await ask("canvas.present", { url: textParam(params, "target") ?? textParam(params, "url"), ...placement });
      return jsonResult({ ok: true });
    }
    case "hide":
      await ask("canvas.hide");
      return jsonResult({ ok: true });
    case "navigate": {
      const url = textParam(params, "url") ?? textParam(params, "target");
      if (url === undefined) throw new Error("url required");
      await ask("canvas.navigate", { url });
      return jsonResult({ ok: true });
    }
    case "eval": {
      const javaScript = textParam(params, "javaScript");
      if (javaScript === undefined) throw new Error("javaScript required");
      const answer = await ask("canvas.eval", { javaScript });
      const result = typeof answer === "object" && answer !== null && "result" in answer ? answer.result : undefined;
      return typeof result === "string" ? textResult(result, { result }) : jsonResult({ ok: true });
    }
    case "snapshot": {
      const delay = numberParam(params, "delayMs");
      if (delay !== undefined) await wait(Math.min(Math.max(delay, 0), longestDelayMs));
      const format = textParam(params, "outputFormat")?.toLowerCase() === "png" ? "png" : "jpeg";
      const wanted = { format, maxWidth: numberParam(params, "maxWidth"), quality: numberParam(params, "quality") };
      const saved = await saveNodeMedia("canvas-snapshot", await ask("canvas.snapshot", wanted));
      const mimeType = `image/${saved.format === "jpg" ? "jpeg" : saved.format}`;
      return {
        content: [
          { type: "text", text: `MEDIA:${saved.path}` },
          { type: "image", data: saved.base64, mimeType },
        ],
        details: { path: saved.path, format: saved.format },
      };
    }
    case "a2ui_push": {
      const jsonl = await messagesOf(params, options);
      checkA2ui(jsonl);
      await ask("canvas.a2ui.pushJSONL", { jsonl });
      return jsonResult({ ok: true });
    }
    case "a2ui_reset":
      await ask("canvas.a2ui.reset");
      return jsonResult({ ok: true });
    default:
      throw new Error(`unknown action: ${String(action satisfies never)}`);
  }
}

async function messagesOf(params: Record<string, unknown>, { workspaceDir }: NodeToolsOptions): Promise<string> {
  const jsonl = textParam(params, "jsonl");
  if (jsonl !== undefined) return jsonl;
  const named = textParam(params, "jsonlPath");
  if (named === undefined) throw new Error("jsonl or jsonlPath required");
  const [file, root] = await Promise.all([realpath(inWorkspace(named, workspaceDir)), realpath(workspaceDir)]);
  // A link may lead out.
  return readFile(inWorkspace(file, root), "utf8");
}

/** The only node with a canvas, or the only Mac among several; connected ones are preferred. */
function nodeWithCanvas(nodes: readonly NodeRow[]): NodeRow | undefined {
  const able = nodes.filter(({ caps }) => caps.includes("canvas"));
  const connected = able.filter((node) => node.connected);
  const candidates = connected.length > 0 ? connected : able;
  const macs = candidates.filter(({ platform }) => /^(?:mac|darwin)/i.test(platform ?? ""));
  if (candidates.length === 1) return candidates[0];
  return macs.length === 1 ? macs[0] : undefined;
}
