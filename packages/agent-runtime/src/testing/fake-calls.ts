import type { AgentCalls, BusySession, CallOutcome, CallRequest } from "../calls/agent-calls.ts";

/** Calls that end when the test says so. */
export interface FakeCalls extends AgentCalls {
  readonly asked: CallRequest[];
  readonly said: { id: string; sessionKey: string; text: string }[];
  readonly notes: string[];
  readonly aborted: string[];
  /** Ends a call that was asked for. */
  end(runId: string, outcome: CallOutcome): void;
  /** Makes a session busy; returns how to end that. */
  makeBusy(sessionKey: string, steer?: BusySession["steer"]): () => void;
  /** The next call that nobody has asked this for yet. */
  next(): Promise<CallRequest>;
}

export function createFakeCalls(): FakeCalls {
  const ends = new Map<string, { done: Promise<CallOutcome>; resolve: (outcome: CallOutcome) => void }>();
  const busy = new Map<string, BusySession>();
  const waiting: ((request: CallRequest) => void)[] = [];
  let taken = 0;
  const calls: FakeCalls = {
    asked: [],
    said: [],
    notes: [],
    aborted: [],
    async ask(request) {
      let resolve: (outcome: CallOutcome) => void = () => {};
      const done = new Promise<CallOutcome>((settle) => {
        resolve = settle;
      });
      ends.set(request.runId, { done, resolve });
      calls.asked.push(request);
      const waiter = waiting.shift();
      if (waiter !== undefined) {
        taken += 1;
        waiter(request);
      }
      return { runId: request.runId, done };
    },
    known: (runId) => ends.get(runId)?.done,
    abort(sessionKey, { runId }) {
      calls.aborted.push(sessionKey);
      for (const request of calls.asked) {
        if (request.sessionKey === sessionKey && (runId === undefined || runId === request.runId))
          ends.get(request.runId)?.resolve({ status: "aborted" });
      }
    },
    busy: (sessionKey) => busy.get(sessionKey),
    async say({ id, sessionKey, text }) {
      calls.said.push({ id, sessionKey, text });
    },
    async note(_sessionKey, text) {
      calls.notes.push(text);
    },
    end: (runId, outcome) => ends.get(runId)?.resolve(outcome),
    makeBusy(sessionKey, steer = () => false) {
      let free = () => {};
      const done = new Promise<void>((resolve) => {
        free = resolve;
      });
      busy.set(sessionKey, { done, steer });
      return () => {
        busy.delete(sessionKey);
        free();
      };
    },
    next() {
      const request = calls.asked[taken];
      if (request === undefined) return new Promise((resolve) => waiting.push(resolve));
      taken += 1;
      return Promise.resolve(request);
    },
  };
  return calls;
}
