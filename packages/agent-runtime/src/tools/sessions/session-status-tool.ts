import { formatModelRef, type Models, sameModelRef } from "@openclaw/models";
import { type Tool, textResult } from "@openclaw/plugin-sdk";
import type { Sessions } from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import type { SessionAccess, SessionViewer } from "./session-access.ts";
import { textParameter } from "./tool-parameters.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/i;

const parameters = {
  type: "object",
  properties: {
    sessionKey: { type: "string", description: "Another session than this one" },
    model: { type: "string", description: "Model the session is to use from now on; default takes it back" },
  },
};

export interface SessionStatusToolOptions {
  viewer: SessionViewer;
  access: SessionAccess;
  sessions: Sessions;
  models: Models;
  /** The lines that `/status` answers with. */
  statusCard: (sessionKey: string) => Promise<string>;
  /** IANA zone of the user. */
  timeZone: () => string;
  clock: Clock;
}

export function createSessionStatusTool(options: SessionStatusToolOptions): Tool {
  const { viewer, access, sessions, models } = options;

  /** Returns whether anything changed. @throws Error for a model that is unknown or not allowed */
  const setModel = async (key: string, wanted: string): Promise<boolean> => {
    const entry = sessions.get(key);
    const reset = wanted === "" || wanted.toLowerCase() === "default";
    // Where the conversation above has a model of its own, only a choice of the thread's own brings back the default.
    const inherits = sessions.inheritedModel(key) !== undefined;
    const defaultRef = await models.defaultRef(sessions.agentIdOf(key));
    if (reset && !inherits) {
      if (entry?.modelOverride === undefined && entry?.providerOverride === undefined) return false;
      sessions.update(key, () => ({ modelOverride: undefined, providerOverride: undefined }));
      return true;
    }
    const ref = reset ? defaultRef : models.canonical(wanted);
    if (ref === undefined) throw new Error(`Unrecognized model "${wanted}".`);
    if (!models.isAllowed(ref)) throw new Error(`Model "${formatModelRef(ref)}" is not allowed.`);
    const next =
      !inherits && sameModelRef(ref, defaultRef) ? {} : { providerOverride: ref.provider, modelOverride: ref.model };
    if (entry?.modelOverride === next.modelOverride && entry?.providerOverride === next.providerOverride) return false;
    sessions.update(key, () => ({ modelOverride: undefined, providerOverride: undefined, ...next }));
    return true;
  };

  return {
    name: "session_status",
    label: "Session Status",
    description:
      "Show the status of a session: time, model, tokens, settings. Can also choose the session's model. Use it when you need the current date or time.",
    parameters,
    async execute(params) {
      const given = textParameter(params, "sessionKey");
      let key = viewer.sessionKey;
      if (given !== undefined) {
        const found = access.find(given);
        if ("refusal" in found) throw new Error(`Unknown ${uuid.test(given) ? "sessionId" : "sessionKey"}: ${given}`);
        key = found.key;
        const refusal = access.refusal(viewer, key, "status");
        if (refusal !== undefined) throw new Error(refusal.error);
        if (key !== viewer.sessionKey && sessions.get(key) === undefined)
          throw new Error(`Unknown sessionKey: ${given}`);
      }
      const changedModel = typeof params.model === "string" ? await setModel(key, params.model.trim()) : false;
      const statusText = withTime(await options.statusCard(key), options.clock.now(), options.timeZone());
      return textResult(statusText, { ok: true, sessionKey: access.display(key), changedModel, statusText });
    },
  };
}

/** Puts the time below the first line of the card. */
function withTime(card: string, now: number, timeZone: string): string {
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-US", { timeZone, ...options }).format(now);
  const date = part({ weekday: "long", year: "numeric", month: "long", day: "numeric" });
  const time = part({ hour: "numeric", minute: "2-digit" });
  const [first = "", ...rest] = card.split("\n");
  return [first, `🕒 Time: ${date} — ${time} (${timeZone})`, ...rest].join("\n");
}
