import { mkdirSync } from "node:fs";
import path from "node:path";
import type { PluginManifest } from "@openclaw/config";
import { createPluginSource } from "@openclaw/plugins/discovery";
import { posixAccess } from "../audit/index.ts";
import { type DoctorFinding, type DoctorHelp, type DoctorOptions, runDoctor } from "../doctor/index.ts";
import type { ProgramEnd } from "../services/index.ts";
import { fakeManager } from "./fake-manager.ts";
import { temporaryInstallation } from "./temporary-installation.ts";

export const token = "0123456789abcdef0123456789abcdef";
/** A configuration with nothing to say about. */
export const sound = { gateway: { mode: "local", auth: { token } } };
export const entry = "/usr/lib/node_modules/openclaw/bin/openclaw.js";

/** What differs from a sound installation. */
export interface Visit {
  config?: unknown;
  env?: NodeJS.ProcessEnv;
  options?: Partial<DoctorOptions>;
  /** What is answered to questions; absent where nobody can answer. */
  answer?: (question: string) => boolean;
  help?: Partial<DoctorHelp>;
  programs?: (argv: readonly string[]) => Partial<ProgramEnd> | undefined;
  platform?: NodeJS.Platform;
  root?: string;
  /** Plugins that are there besides those of the installation. */
  manifests?: readonly PluginManifest[];
  fetch?: typeof fetch;
}

/** An installation, and the doctor who looks at it. */
export async function clinic({ config = sound, env = {}, platform = "linux", ...visit }: Visit = {}) {
  const installation = temporaryInstallation(env);
  installation.configure(config);
  mkdirSync(path.join(installation.paths.agentsDir, "main", "sessions"), { recursive: true, mode: 0o700 });
  mkdirSync(installation.paths.credentialsDir, { mode: 0o700 });
  const manager = fakeManager((argv) => {
    const given = visit.programs?.(argv);
    if (given) return given;
    if (argv.at(-1) === "--version") return { stdout: "v24.1.0" };
    if (argv[0] === "loginctl" && argv[1] === "show-user") return { stdout: "Linger=yes\n" };
    if (argv.includes("show")) return { stdout: "ActiveState=inactive\nMainPID=0\n" };
    return undefined;
  });
  const { paths } = installation;
  const service = {
    paths,
    env: installation.env,
    platform,
    uid: process.getuid?.() ?? 0,
    now: () => 7,
    run: manager.run,
    execPath: "/usr/bin/node",
    exists: (file: string) => file === "/usr/bin/node",
  };
  const see = async (more: Partial<DoctorOptions> = {}) => {
    const notes: string[] = [];
    const questions: string[] = [];
    const done: string[] = [];
    const store = await installation.store(visit.manifests);
    const source = createPluginSource({ paths, env: installation.env });
    const outcome = await runDoctor(
      {
        paths,
        env: installation.env,
        version: "1.2.3",
        now: () => 1000,
        fetch: visit.fetch ?? noNetwork,
        options: {
          yes: false,
          fix: false,
          force: false,
          deep: false,
          nonInteractive: false,
          generateGatewayToken: false,
          workspaceSuggestions: true,
          ...visit.options,
          ...more,
        },
        interactive: visit.answer !== undefined,
        store,
        plugins: { ...source, manifests: (value) => [...source.manifests(value), ...(visit.manifests ?? [])] },
        files: posixAccess,
        service,
        entry,
        root: visit.root,
        webRoot: undefined,
        user: "ann",
        help: {
          health: async () => ({ ok: true, channelIssues: [] }),
          listeners: () => [],
          skills: async () => ({ usable: 2, blocked: 1, total: 3 }),
          completion: async () => [],
          gmailModelProblem: async () => undefined,
          ...visit.help,
        },
        randomToken: () => "ab".repeat(24),
      },
      {
        note: ({ title, lines }: DoctorFinding) => void notes.push(`${title}: ${lines.join("\n")}`),
        async confirm(question) {
          questions.push(question);
          return visit.answer?.(question) ?? false;
        },
        done: (lines) => void done.push(...lines),
      },
    );
    return { outcome, notes, questions, done };
  };
  return { ...installation, see, service, calls: manager.calls };
}

const noNetwork: typeof fetch = async () => {
  throw new Error("nobody may be asked");
};

/** Notes under one title. */
export const withTitle = (notes: readonly string[], title: string) =>
  notes.filter((note) => note.startsWith(`${title}: `));
