import { elevatedLevel } from "@openclaw/approvals";
import type { ElevatedSettings } from "../tools/exec-guard.ts";
import type { Sandbox } from "./sandbox.ts";

/** What the system prompt says about a sandbox. Plain data: prompts are cached by it. */
export interface SandboxPrompt {
  backend: "docker" | "bwrap";
  workdir: string;
  access: "none" | "ro" | "rw";
  agentMount?: string;
  network: string;
  hostBrowser: boolean;
  /** The level in force, for a sender who may leave the sandbox. */
  elevated?: string;
}

export function sandboxPrompt(sandbox: Sandbox, elevated: ElevatedSettings): SandboxPrompt {
  const { settings, agentMount } = sandbox;
  return {
    backend: sandbox.backend,
    workdir: sandbox.containerWorkdir,
    access: sandbox.access,
    ...(agentMount === undefined ? {} : { agentMount }),
    network: settings.docker.network,
    hostBrowser: settings.browser.allowHostControl,
    ...(elevated.access.allowed ? { elevated: elevatedLevel(elevated.access, elevated) } : {}),
  };
}

/** The section of the system prompt for sandboxed runs. */
export function sandboxSection(sandbox: SandboxPrompt): string {
  const { workdir, agentMount } = sandbox;
  const lines = [
    "## Sandbox",
    `Your commands and file tools work inside a sandbox (${sandbox.backend === "docker" ? "Docker" : "bubblewrap"}), ` +
      "apart from the machine the Gateway runs on.",
    "Its tool policy may hide tools you know from elsewhere. Sub-agents you start are sandboxed as well.",
    `The workspace is ${workdir}; paths outside of it cannot be read or written with the file tools.`,
    accessLine(sandbox),
    sandbox.network === "none" ? "Commands have no network." : "Commands have a network.",
    ...(agentMount === undefined ? [] : [`The agent's own workspace is mounted at ${agentMount}.`]),
    sandbox.hostBrowser ? "The host's browser may be used with target host." : "The host's browser is out of reach.",
    ...(sandbox.elevated === undefined
      ? []
      : [
          `This user may have commands run outside of it: exec with elevated (current level: ${sandbox.elevated}). ` +
            "They switch it with /elevated on, off, ask or full; ask needs their approval for each command.",
        ]),
    "When something needs more than the sandbox allows, say so instead of working around it.",
  ];
  return lines.join("\n");
}

function accessLine({ access, workdir }: SandboxPrompt): string {
  switch (access) {
    case "none":
      return "It is a folder of its own: changes there do not reach the agent's workspace (access none).";
    case "ro":
      return `Changes in ${workdir} do not reach the agent's workspace, which can only be read (access ro).`;
    case "rw":
      return "It is the agent's own workspace, and changes to it stay (access rw).";
    default: {
      const never: never = access;
      return never;
    }
  }
}
