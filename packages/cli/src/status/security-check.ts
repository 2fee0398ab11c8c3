import { lstatSync } from "node:fs";
import type { OpenClawConfig } from "@openclaw/config";
import { type Paths, readVariable } from "@openclaw/config/paths";

interface SecurityFinding {
  checkId: string;
  severity: "critical" | "warn" | "info";
  title: string;
  detail: string;
  remediation?: string;
}

export interface SecuritySummary {
  ts: number;
  summary: { critical: number; warn: number; info: number };
  findings: SecurityFinding[];
}

const shortestToken = 24;

/** The checks that cost nothing: the Gateway's settings and the modes of what holds secrets. */
export function checkSecurity(options: {
  config: OpenClawConfig;
  env: NodeJS.ProcessEnv;
  paths: Pick<Paths, "stateDir" | "configPath">;
  now: number;
}): SecuritySummary {
  const findings = [...gatewayFindings(options.config, options.env), ...fileFindings(options.paths)];
  const count = (severity: SecurityFinding["severity"]) =>
    findings.filter((finding) => finding.severity === severity).length;
  return {
    ts: options.now,
    summary: { critical: count("critical"), warn: count("warn"), info: count("info") },
    findings,
  };
}

function gatewayFindings({ gateway = {} }: OpenClawConfig, env: NodeJS.ProcessEnv): SecurityFinding[] {
  const findings: SecurityFinding[] = [];
  if (gateway.mode === "remote") return findings;
  const token = gateway.auth?.token ?? readVariable(env, "OPENCLAW_GATEWAY_TOKEN");
  const password = gateway.auth?.password ?? readVariable(env, "OPENCLAW_GATEWAY_PASSWORD");
  const bind = gateway.bind ?? "loopback";
  if (!token && !password) {
    const isLocal = bind === "loopback" || bind === "auto";
    findings.push({
      checkId: isLocal ? "gateway.loopback_no_auth" : "gateway.bind_no_auth",
      severity: "critical",
      title: "The Gateway has no shared secret",
      detail: `gateway.bind is ${bind} and neither a token nor a password is set; the Gateway does not start like this.`,
      remediation: "Set gateway.auth.token.",
    });
  }
  if (token && token.length < shortestToken) {
    findings.push({
      checkId: "gateway.token_too_short",
      severity: "warn",
      title: "The Gateway token is short",
      detail: `It has ${token.length} characters; ${shortestToken} or more are hard to guess.`,
      remediation: "Use a long random token.",
    });
  }
  if (gateway.controlUi?.allowInsecureAuth) {
    findings.push({
      checkId: "gateway.control_ui.insecure_auth",
      severity: "critical",
      title: "The Control UI accepts connections without a device identity",
      detail: "gateway.controlUi.allowInsecureAuth is on.",
      remediation: "Use HTTPS or localhost and switch it off.",
    });
  }
  if (gateway.controlUi?.dangerouslyDisableDeviceAuth) {
    findings.push({
      checkId: "gateway.control_ui.device_auth_disabled",
      severity: "critical",
      title: "Device authentication of the Control UI is off",
      detail: "gateway.controlUi.dangerouslyDisableDeviceAuth is on.",
      remediation: "Switch it off.",
    });
  }
  return findings;
}

function fileFindings({ stateDir, configPath }: Pick<Paths, "stateDir" | "configPath">): SecurityFinding[] {
  if (process.platform === "win32") return [];
  const findings: SecurityFinding[] = [];
  const state = modeOf(stateDir);
  if (state !== undefined) {
    const problem =
      state & 0o002
        ? (["fs.state_dir.perms_world_writable", "critical", "every user can write to it"] as const)
        : state & 0o020
          ? (["fs.state_dir.perms_group_writable", "warn", "its group can write to it"] as const)
          : state & 0o055
            ? (["fs.state_dir.perms_readable", "warn", "others can read it"] as const)
            : undefined;
    if (problem)
      findings.push(fileFinding(problem, "The state directory is open to others", stateDir, state, "chmod 700"));
  }
  const file = modeOf(configPath);
  if (file !== undefined) {
    const problem =
      file & 0o022
        ? (["fs.config.perms_writable", "critical", "others can write to it"] as const)
        : file & 0o004
          ? (["fs.config.perms_world_readable", "critical", "every user can read it"] as const)
          : file & 0o040
            ? (["fs.config.perms_group_readable", "warn", "its group can read it"] as const)
            : undefined;
    if (problem)
      findings.push(fileFinding(problem, "The configuration file is open to others", configPath, file, "chmod 600"));
  }
  return findings;
}

function fileFinding(
  [checkId, severity, why]: readonly [string, SecurityFinding["severity"], string],
  title: string,
  path: string,
  mode: number,
  command: string,
): SecurityFinding {
  return {
    checkId,
    severity,
    title,
    detail: `${path} has mode ${mode.toString(8)}: ${why}.`,
    remediation: `${command} ${path}`,
  };
}

/** Permission bits; undefined for what is not there and for links, whose own bits mean nothing. */
function modeOf(path: string): number | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat === undefined || stat.isSymbolicLink() ? undefined : stat.mode & 0o777;
}
