import type { Logger } from "@openclaw/log";
import type { SetupPrompter } from "@openclaw/setup/onboarding";
import type { WizardSessions } from "./wizard-sessions.ts";

/** Runs the steps of setting up with somebody who answers elsewhere. Nothing is written before they agree to the summary. */
export type SetUp = (
  request: { mode: "local" | "remote" | undefined; workspace: string | undefined },
  prompter: SetupPrompter,
) => Promise<void>;

/** What a Gateway is asked to do about a changed configuration. */
interface Restart {
  reason: string;
  delayMs: number;
}

/** The wizard of one Gateway. Its code is loaded when somebody starts it. */
export interface Wizard {
  sessions(): Promise<WizardSessions>;
  /** Asks for a restart: at once, or when the wizard that is running has ended. Several become one. */
  requestRestart(request: Restart): void;
  close(): void;
}

/** Undefined where there is nothing to set up with. */
export function openWizard(
  setUp: SetUp | undefined,
  requestRestart: (request: Restart) => void,
  log: Logger,
): Wizard | undefined {
  if (setUp === undefined) return undefined;
  let loading: Promise<WizardSessions> | undefined;
  let running = false;
  let held: Restart | undefined;
  let closed = false;
  const onChange = (now: boolean) => {
    running = now;
    if (now || held === undefined) return;
    const request = held;
    held = undefined;
    // The answer that the wizard is done goes out first.
    setImmediate(() => {
      if (!closed) requestRestart(request);
    });
  };
  return {
    sessions: () =>
      (loading ??= import("./wizard-sessions.ts").then(({ createWizardSessions }) =>
        createWizardSessions({ setUp, onChange }),
      )),
    requestRestart(request) {
      if (!running) return requestRestart(request);
      if (held === undefined) log.info(`a wizard is running; the restart comes after it (${request.reason})`);
      held = request;
    },
    close() {
      closed = true;
      void loading?.then((sessions) => sessions.close());
    },
  };
}
