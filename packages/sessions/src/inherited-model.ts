import type { SessionEntry } from "./session-entry.ts";
import { parentOfThreadKey } from "./session-key.ts";

/** The model a session was told to use. */
export interface ChosenModel {
  /** Absent: that of the default model. */
  provider?: string;
  model: string;
}

/** A topic may hang under a thread; deeper than that only a damaged store goes. */
const maxParents = 4;

/** The model the conversation above a thread was told to use; undefined where nobody chose one, or the key is no thread. */
export function inheritedModel(key: string, get: (key: string) => SessionEntry | undefined): ChosenModel | undefined {
  let parent = threadParent(key, get(key));
  for (let step = 0; parent !== undefined && step < maxParents; step += 1) {
    const entry = get(parent);
    const { modelOverride: model, providerOverride: provider } = entry ?? {};
    if (model) return { ...(provider ? { provider } : {}), model };
    parent = threadParent(parent, entry);
  }
  return undefined;
}

function threadParent(key: string, entry: SessionEntry | undefined): string | undefined {
  const named = parentOfThreadKey(key);
  if (named !== undefined) return named;
  // What a dashboard begins from another session is a conversation of its own.
  return entry?.chatType === "group" || entry?.chatType === "channel" ? entry.parentSessionKey : undefined;
}
