import type { HandlersOf } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

/** `wizard.*`: setting up with the questions answered by a client. Absent where there is nothing to set up with. */
export function wizardMethods({
  wizard,
}: MethodContext): Partial<HandlersOf<"wizard.start" | "wizard.next" | "wizard.cancel" | "wizard.status">> {
  if (wizard === undefined) return {};
  return {
    "wizard.start": async ({ mode, workspace }) => (await wizard.sessions()).start({ mode, workspace }),
    "wizard.next": async ({ sessionId, answer }) => (await wizard.sessions()).next(sessionId, answer),
    "wizard.cancel": async ({ sessionId }) => (await wizard.sessions()).cancel(sessionId),
    "wizard.status": async ({ sessionId }) => (await wizard.sessions()).status(sessionId),
  };
}
