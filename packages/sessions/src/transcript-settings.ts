import { statSync } from "node:fs";
import type { TranscriptEntry } from "./transcript-entry.ts";
import { walkPath } from "./transcript-walk.ts";

/** What the entries of the active path say about the model in use. */
export interface TranscriptSettings {
  /** Of the last `model_change` or assistant message. */
  model?: { provider: string; modelId: string };
  /** Of the last `thinking_level_change`, `off` when there is none. */
  thinkingLevel: string;
  /** The last `model-snapshot` that was written. */
  modelSnapshot?: unknown;
}

/** The settings at the end of a path; those of a new conversation when there is no file. @throws DamagedTranscript */
export function readSettings(path: string, leafId: string | null): TranscriptSettings {
  let model: TranscriptSettings["model"];
  let thinkingLevel: string | undefined;
  let snapshot: { data: unknown } | undefined;
  if (statSync(path, { throwIfNoEntry: false })) {
    for (const { entry } of walkPath(path, leafId)) {
      const own = settingsAfter({ thinkingLevel: "" }, entry);
      model ??= own.model;
      thinkingLevel ??= own.thinkingLevel || undefined;
      if (own.modelSnapshot !== undefined) snapshot ??= { data: own.modelSnapshot };
      if (model && thinkingLevel && snapshot) break;
    }
  }
  return {
    ...(model ? { model } : {}),
    thinkingLevel: thinkingLevel ?? "off",
    ...(snapshot ? { modelSnapshot: snapshot.data } : {}),
  };
}

/** The settings once an entry has followed. */
export function settingsAfter(settings: TranscriptSettings, entry: TranscriptEntry): TranscriptSettings {
  switch (entry.type) {
    case "model_change":
      return { ...settings, model: { provider: entry.provider, modelId: entry.modelId } };
    case "thinking_level_change":
      return { ...settings, thinkingLevel: entry.thinkingLevel };
    case "custom":
      return entry.customType === "model-snapshot" ? { ...settings, modelSnapshot: entry.data } : settings;
    case "message": {
      const { message } = entry;
      if (message.role !== "assistant" || message.provider === "openclaw") return settings;
      return { ...settings, model: { provider: message.provider, modelId: message.model } };
    }
    default:
      return settings;
  }
}
