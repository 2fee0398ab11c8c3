import path from "node:path";
import { plistFlag } from "./launchd-plist.ts";
import type { InstalledService } from "./service-definition.ts";
import type { ServiceKind } from "./service-names.ts";
import { fixedServicePath, servicePath } from "./service-path.ts";
import { isVersionManaged } from "./service-runtime.ts";

/** Something about an installed service that a new installation would do otherwise. */
export interface ServiceIssue {
  code: string;
  message: string;
  detail?: string;
  /** An `aggressive` one looks like somebody's own work; it is only overwritten when that is said. */
  level: "recommended" | "aggressive";
}

export interface ServiceAudit {
  ok: boolean;
  issues: ServiceIssue[];
}

export interface ServiceExpectation {
  kind: ServiceKind;
  env: NodeJS.ProcessEnv;
  home: string;
  platform: NodeJS.Platform;
  /** The program's own file. */
  entry: string | undefined;
  /** A Node of the system; undefined when there is none. */
  systemNode: string | undefined;
}

/** Compares an installed service with what would be installed now. */
export function auditService(service: InstalledService, expected: ServiceExpectation): ServiceAudit {
  const issues = [
    ...commandIssues(service, expected),
    ...pathIssues(service, expected),
    ...runtimeIssues(service, expected),
    ...unitIssues(service, expected),
  ];
  return { ok: issues.length === 0, issues };
}

function commandIssues({ programArguments }: InstalledService, { kind, entry }: ServiceExpectation): ServiceIssue[] {
  const issues: ServiceIssue[] = [];
  if (!programArguments.includes(kind)) {
    issues.push({
      code: `${kind}-command-missing`,
      message: `The service does not run "${kind}".`,
      detail: programArguments.join(" "),
      level: "aggressive",
    });
  }
  const [, installed] = programArguments;
  if (entry !== undefined && installed !== undefined && installed !== entry && /\.[cm]?[jt]s$/.test(installed)) {
    issues.push({
      code: `${kind}-entrypoint-mismatch`,
      message: "The service runs another installation of the program.",
      detail: `${installed} instead of ${entry}`,
      level: "recommended",
    });
  }
  return issues;
}

function pathIssues(
  { environment }: InstalledService,
  { kind, env, home, platform }: ServiceExpectation,
): ServiceIssue[] {
  if (platform === "win32") return [];
  const issue = (code: string, message: string, detail?: string): ServiceIssue => ({
    code: `${kind}-path-${code}`,
    message,
    ...(detail !== undefined && { detail }),
    level: "recommended",
  });
  const text = environment.PATH?.trim();
  if (!text) return [issue("missing", "The service has no PATH of its own.")];
  const folders = text.split(":").filter((folder) => folder !== "");
  const missing = fixedServicePath({ home, platform }).filter((folder) => !folders.includes(folder));
  const allowed = servicePath({ env, home, platform });
  const foreign = folders.filter((folder) => !allowed.includes(folder));
  return [
    ...(missing.length > 0
      ? [issue("missing-dirs", "Folders are missing in the PATH of the service.", missing.join(":"))]
      : []),
    ...(foreign.length > 0
      ? [issue("nonminimal", "The PATH of the service has folders it would not get now.", foreign.join(":"))]
      : []),
  ];
}

function runtimeIssues(
  { programArguments }: InstalledService,
  { kind, systemNode }: ServiceExpectation,
): ServiceIssue[] {
  const [program = ""] = programArguments;
  const recommended = (code: string, message: string): ServiceIssue => ({
    code: `${kind}-runtime-${code}`,
    message,
    detail: program,
    level: "recommended",
  });
  if (/^bun(?:\.exe)?$/i.test(path.basename(program))) {
    return [recommended("bun", "The service runs on Bun, which is known to break WhatsApp and Telegram.")];
  }
  if (!isVersionManaged(program)) return [];
  return [
    recommended("node-version-manager", "The Node of the service belongs to a version manager and may disappear."),
    ...(systemNode === undefined
      ? [recommended("node-system-missing", "There is no Node of the system (22.18 or newer) to run the service with.")]
      : []),
  ];
}

function unitIssues({ text }: InstalledService, { platform }: ServiceExpectation): ServiceIssue[] {
  const needs: (readonly [code: string, ok: boolean, message: string])[] =
    platform === "darwin"
      ? [
          ["launchd-keep-alive", plistFlag(text, "KeepAlive"), "KeepAlive is not on."],
          ["launchd-run-at-load", plistFlag(text, "RunAtLoad"), "RunAtLoad is not on."],
        ]
      : platform === "win32"
        ? []
        : [
            [
              "systemd-after-network-online",
              /^After=.*network-online\.target/m.test(text),
              "After=network-online.target is missing.",
            ],
            ["systemd-restart-sec", /^RestartSec=5s?\s*$/m.test(text), "RestartSec is not 5."],
            [
              "systemd-wants-network-online",
              /^Wants=.*network-online\.target/m.test(text),
              "Wants=network-online.target is missing.",
            ],
          ];
  return needs.flatMap(([code, ok, message]) => (ok ? [] : [{ code, message, level: "recommended" as const }]));
}
