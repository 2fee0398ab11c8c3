import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { OpenClawConfig } from "@openclaw/config";
import { listenForCallback } from "@openclaw/models/auth";
import type { ServiceOutcome, SetupHost, SetupPrompter, SetupWorld } from "../onboarding/index.ts";
import { SetupCancelled } from "../onboarding/index.ts";
import { temporaryInstallation } from "./temporary-installation.ts";

/** What somebody answers: a text, an option's value, yes or no, several options; or the key that ends it all. */
export type Answer = string | boolean | readonly string[] | typeof ctrlC;
export const ctrlC = { key: "Ctrl+C" } as const;

/** A question as it was asked. */
export interface AskedQuestion {
  kind: "text" | "select" | "multiselect" | "confirm";
  message: string;
  /** Values of the options. */
  options: readonly string[];
  initial: unknown;
}

export interface SetupVisitOptions {
  /** Answers by the beginning of the question, `inTurn` where it comes again; what is not here is answered as marked. */
  answers?: Readonly<Record<string, Answer | { inTurn: readonly Answer[] }>>;
  host?: Partial<SetupHost>;
  platform?: NodeJS.Platform;
  fetch?: typeof fetch;
  env?: NodeJS.ProcessEnv;
  listen?: SetupWorld["listen"];
  /** The configuration that is there. */
  config?: unknown;
}

/** A machine that is set up by somebody who answers as told; keeps what was asked, shown and done. */
export async function setupVisit(options: SetupVisitOptions = {}) {
  const installation = temporaryInstallation({ PATH: "/nowhere", ...options.env });
  if (options.config !== undefined) installation.configure(options.config);
  const asked: AskedQuestion[] = [];
  const notes: string[] = [];
  const lines: string[] = [];
  const done: string[] = [];
  const answers = new Map<string, Answer[]>();
  for (const [message, given] of Object.entries(options.answers ?? {})) {
    answers.set(message, isSeries(given) ? [...given.inTurn] : [given]);
  }

  function answerOf(message: string): Answer | undefined {
    for (const [start, list] of answers) if (message.startsWith(start) && list.length > 0) return list.shift();
    return undefined;
  }
  function take(kind: AskedQuestion["kind"], message: string, values: readonly string[], initial: unknown) {
    asked.push({ kind, message, options: values, initial });
    const answer = answerOf(message);
    if (answer === ctrlC) throw new SetupCancelled();
    return answer;
  }

  const prompter: SetupPrompter = {
    intro: async (title) => void notes.push(title),
    outro: async (text) => void notes.push(text),
    note: async (text, title) => void notes.push(title === undefined ? text : `${title}: ${text}`),
    async text({ message, initial, validate }) {
      const answer = take("text", message, [], initial) ?? initial ?? "";
      if (typeof answer !== "string") throw new Error(`"${message}" wants a text`);
      const problem = validate?.(answer);
      if (problem !== undefined) throw new Error(`"${message}": ${problem}`);
      return answer;
    },
    async select({ message, options: offered, initial }) {
      const values = offered.map(({ value }) => value);
      const answer = take("select", message, values, initial) ?? initial;
      const found = answer === undefined ? offered[0] : offered.find(({ value }) => value === answer);
      if (!found) throw new Error(`"${message}" does not offer ${String(answer)}: ${values.join(", ")}`);
      return found.value;
    },
    async multiselect({ message, options: offered, initial = [] }) {
      const values = offered.map(({ value }) => value);
      const answer = take("multiselect", message, values, initial) ?? initial;
      if (!Array.isArray(answer)) throw new Error(`"${message}" wants a list`);
      return offered.flatMap(({ value }) => (answer.includes(value) ? [value] : []));
    },
    async confirm({ message, initial = false }) {
      return (take("confirm", message, [], initial) ?? initial) === true;
    },
    progress: () => ({ update() {}, stop: (text) => void (text !== undefined && lines.push(text)) }),
  };

  const did = (what: string): ServiceOutcome => {
    done.push(what);
    return { ok: true, lines: [`${what}.`] };
  };
  const host: SetupHost = {
    answers: async () => false,
    probe: async () => ({ ok: false, error: "nobody listens" }),
    service: async () => ({ unavailable: undefined, installed: false }),
    installService: async (_config, { runtime, force }) =>
      did(`service installed (${runtime}${force ? ", anew" : ""})`),
    restartService: async () => did("service restarted"),
    uninstallService: async () => did("service uninstalled"),
    linger: async () => {},
    signIns: async () => [],
    channels: async () => [],
    skills: async () => [],
    hasHomebrew: () => true,
    installSkill: async (_config, key, id) => {
      done.push(`skill ${key}: ${id}`);
      return { ok: true, message: "Installed", warnings: [] };
    },
    hooks: async () => [],
    canDiscover: () => false,
    discover: async () => [],
    dashboardUrl: () => "http://127.0.0.1:18789/",
    openBrowser: async () => false,
    controlUi: () => ({ built: true, build: undefined }),
    chat: async (_config, { message, gateway }) => void done.push(`chat ${gateway ? "" : "of its own "}${message}`),
    installCompletion: async () => "Completion installed.",
    close: async () => {},
    ...options.host,
  };
  let now = Date.parse("2026-02-13T10:00:00Z");
  const world: SetupWorld = {
    paths: installation.paths,
    env: installation.env,
    version: "1.2.3",
    platform: options.platform ?? "linux",
    now: () => now,
    fetch: options.fetch ?? (() => Promise.reject(new Error("nothing is fetched here"))),
    spawn,
    async wait(ms) {
      now += ms;
    },
    listen: options.listen ?? ((request) => listenForCallback({ ...request, port: 0 })),
    randomToken: () => "ab".repeat(24),
    snapshot: await installation.config(),
    manifests: [],
    host,
    tell: (line) => void lines.push(line),
    hint: (command) => command,
    shorten: (text) => text.replaceAll(installation.home, "~"),
  };
  return {
    ...installation,
    world,
    prompter,
    asked,
    notes,
    lines,
    done,
    messages: () => asked.map(({ message }) => message),
    question: (start: string) => asked.find(({ message }) => message.startsWith(start)),
    note: (title: string) => notes.find((each) => each.startsWith(`${title}: `)),
    written: (): OpenClawConfig => JSON.parse(readFileSync(installation.paths.configPath, "utf8")),
    profiles: () =>
      JSON.parse(readFileSync(path.join(installation.paths.agentsDir, "main/agent/auth-profiles.json"), "utf8"))
        .profiles,
    /** Everything below the home directory. */
    files: () => (existsSync(installation.home) ? readdirSync(installation.home, { recursive: true }) : []),
  };
}

function isSeries(given: Answer | { inTurn: readonly Answer[] }): given is { inTurn: readonly Answer[] } {
  return typeof given === "object" && "inTurn" in given;
}
