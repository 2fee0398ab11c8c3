import type { AuthContext, AuthPrompter } from "../credentials/oauth/auth-method.ts";
import { listenForCallback } from "../credentials/oauth/callback-server.ts";

export interface TestAuthContext extends AuthContext {
  /** What was shown to the person. */
  readonly notes: string[];
  /** Milliseconds of each pause. */
  readonly waits: number[];
}

/** A sign-in whose person answers `answers` in turn, and whose clock moves only with its pauses. */
export function testAuthContext(
  given: Partial<AuthContext> & { answers?: readonly string[] } & Pick<AuthContext, "fetch">,
): TestAuthContext {
  const answers = [...(given.answers ?? [])];
  const notes: string[] = [];
  const waits: number[] = [];
  let now = Date.parse("2026-02-13T10:00:00Z");
  const prompter: AuthPrompter = {
    async text({ message, validate }) {
      const answer = answers.shift();
      if (answer === undefined) throw new Error(`nobody answers: ${message}`);
      const problem = validate?.(answer);
      if (problem !== undefined) throw new Error(problem);
      return answer;
    },
    select: () => Promise.reject(new Error("nothing is chosen here")),
    confirm: async () => true,
    note: (text) => void notes.push(text),
    progress: () => ({ update: () => {}, stop: () => {} }),
  };
  return {
    prompter,
    env: {},
    now: () => now,
    async wait(ms) {
      waits.push(ms);
      now += ms;
    },
    isRemote: false,
    openUrl: async () => true,
    signal: new AbortController().signal,
    // Any free port: the registered ones may be in use on the machine that tests.
    listen: (options) => listenForCallback({ ...options, port: 0 }),
    agentDir: "/nowhere",
    ...given,
    notes,
    waits,
  };
}
