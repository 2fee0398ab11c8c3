import { existsSync } from "node:fs";
import path from "node:path";
import { defaultAgentId, workspaceDir } from "@openclaw/agent-runtime";
import { pluginStates } from "@openclaw/config";
import { runAudit } from "../../audit/run-audit.ts";
import type { DoctorCheck } from "../doctor-world.ts";
import type { DoctorFinding } from "../finding.ts";

/** How long the Gateway may take to answer, ms. */
const patienceMs = { interactive: 10_000, quick: 3000 };

/** What of the audit belongs into a check-up; the rest is for the audit itself. */
const noted =
  /^(?:gateway\.bind_no_auth|gateway\.loopback_no_auth|channels\.[^.]+\.(?:dm\.(?:open|open_invalid|disabled|scope_main_multiuser)|warning\..*))$/;

export const securityNotes: DoctorCheck = {
  id: "security",
  async run({ config, parsed, snapshot, env, paths, files, now }) {
    const { includedPaths } = snapshot;
    const { findings } = await runAudit({ config, parsed, includedPaths, env, paths, files, now });
    const words = { critical: "CRITICAL: ", warn: "WARNING: ", info: "" };
    const lines = findings.flatMap(({ checkId, severity, title, remediation }) =>
      noted.test(checkId) ? [`- ${words[severity]}${title}.${remediation ? ` ${remediation}` : ""}`] : [],
    );
    const bind = config.gateway?.bind ?? "loopback";
    if (config.gateway?.mode !== "remote" && bind !== "loopback" && bind !== "auto") {
      lines.unshift(`- WARNING: gateway.bind is ${bind}: the Gateway can be reached from the network.`);
    }
    if (lines.length === 0) return [];
    return [{ title: "Security", lines: [...lines, "Run: openclaw security audit --deep"] }];
  },
};

export const workspaceCheck: DoctorCheck = {
  id: "workspace",
  async run({ config, plugins, help, manifests }) {
    const { usable, blocked, total } = await help.skills(config);
    const found = plugins.discover(config);
    const states = [...pluginStates(manifests, config).values()];
    const on = states.filter(({ enabled }) => enabled).length;
    const errors = found.diagnostics.filter(({ level }) => level === "error");
    const lines = [
      `Skills: ${usable} usable, ${blocked} blocked, ${total} in all.`,
      `Plugins: ${on} on, ${manifests.length - on} off, ${errors.length} with errors.`,
      ...found.diagnostics.map(
        ({ level, pluginId, message }) => `- ${level}: ${pluginId ? `${pluginId}: ` : ""}${message}`,
      ),
    ];
    return [{ title: "Skills and plugins", lines }];
  },
};

export const completionCheck: DoctorCheck = { id: "completion", run: ({ help }) => help.completion() };

export const healthCheck: DoctorCheck = {
  id: "gateway-health",
  async run(world) {
    const { interactive, help, config } = world;
    if (config.gateway?.mode === "remote" && !config.gateway.remote?.url) return [];
    const health = await help.health(interactive ? patienceMs.interactive : patienceMs.quick);
    world.health = health;
    const findings: DoctorFinding[] = health.ok
      ? []
      : [
          {
            title: "Gateway",
            lines: ["The Gateway does not answer.", health.error ?? ""].filter((line) => line !== ""),
          },
        ];
    if (health.channelIssues.length > 0) {
      findings.push({ title: "Channels", lines: health.channelIssues.map((issue) => `- ${issue}`) });
    }
    return findings;
  },
};

/** What would be good to have; nothing is wrong. */
export const suggestions: DoctorCheck = {
  id: "suggestions",
  run({ config, env, options }) {
    if (!options.workspaceSuggestions) return [];
    const workspace = workspaceDir(config, defaultAgentId(config), env);
    if (!existsSync(workspace)) return [];
    const lines = [
      ...(existsSync(path.join(workspace, ".git"))
        ? []
        : [`${workspace} is not under version control: a private git repository is a good backup of it.`]),
      ...(existsSync(path.join(workspace, "MEMORY.md")) || existsSync(path.join(workspace, "memory"))
        ? []
        : ["There is no MEMORY.md yet: tell the assistant to remember something, and it begins one."]),
    ];
    return lines.length === 0 ? [] : [{ title: "Workspace", lines }];
  },
};
