import { describeModelFailure, type Models } from "@openclaw/models";
import type { FreeModel } from "./openrouter-catalogue.ts";

export interface ProbeOutcome {
  ok: boolean;
  latencyMs: number | null;
  error: string | null;
}

/** What was found out about one model. */
export interface ScanResult extends FreeModel {
  key: string;
  tool: ProbeOutcome;
  /** Null for a model that takes no images. */
  image: ProbeOutcome | null;
}

const onePixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** Asks models whether they can call a tool, and see a picture. */
export async function probeFreeModels(
  candidates: readonly FreeModel[],
  options: {
    models: Models;
    timeoutMs: number;
    concurrency: number;
    now: () => number;
    onProgress: (done: number, total: number) => void;
  },
): Promise<ScanResult[]> {
  const results: ScanResult[] = Array.from({ length: candidates.length });
  let next = 0;
  let done = 0;
  const work = async () => {
    for (let at = next++; at < candidates.length; at = next++) {
      const model = candidates[at];
      if (!model) continue;
      results[at] = {
        ...model,
        key: `openrouter/${model.id}`,
        tool: await attempt(model, "tool", options),
        image: model.seesImages ? await attempt(model, "image", options) : null,
      };
      done += 1;
      options.onProgress(done, candidates.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.concurrency, Math.max(1, candidates.length)) }, work));
  return results.sort(byWorth);
}

async function attempt(
  model: FreeModel,
  what: "tool" | "image",
  { models, timeoutMs, now }: { models: Models; timeoutMs: number; now: () => number },
): Promise<ProbeOutcome> {
  const ref = { provider: "openrouter", model: model.id };
  const startedAt = now();
  try {
    const { languageModel } = await models.resolve(ref);
    const { content } = await languageModel.doGenerate({
      abortSignal: AbortSignal.timeout(timeoutMs),
      ...(what === "tool"
        ? {
            prompt: [{ role: "user", content: [{ type: "text", text: "Call the tool ping with no arguments." }] }],
            tools: [
              {
                type: "function",
                name: "ping",
                description: "Answers with pong.",
                inputSchema: { type: "object", properties: {} },
              },
            ],
            toolChoice: { type: "required" },
            maxOutputTokens: 32,
          }
        : {
            prompt: [
              {
                role: "user",
                content: [
                  { type: "text", text: "Reply with OK." },
                  { type: "file", mediaType: "image/png", data: { type: "data", data: onePixel } },
                ],
              },
            ],
            maxOutputTokens: 16,
          }),
    });
    const called = content.some((part) => part.type === "tool-call");
    if (what === "tool" && !called) return { ok: false, latencyMs: now() - startedAt, error: "No tool call returned" };
    return { ok: true, latencyMs: now() - startedAt, error: null };
  } catch (error) {
    return { ok: false, latencyMs: null, error: describeModelFailure(error, ref, { now: now() }).detail };
  }
}

/** Those that see come first, then the quicker ones, then the larger ones. */
function byWorth(a: ScanResult, b: ScanResult): number {
  const sees = (result: ScanResult) => (result.image?.ok === true ? 0 : 1);
  const latency = (result: ScanResult) => (result.tool.ok ? (result.tool.latencyMs ?? 0) : Number.MAX_SAFE_INTEGER);
  return (
    sees(a) - sees(b) ||
    latency(a) - latency(b) ||
    (b.contextLength ?? 0) - (a.contextLength ?? 0) ||
    (b.params ?? 0) - (a.params ?? 0)
  );
}
