import { accessSync, constants, existsSync, lstatSync, readFileSync } from "node:fs";
import path from "node:path";
import { sessionsDir } from "@openclaw/config/paths";
import { defaultAgentIdOf, keyContextOf, mainSessionKey, openSessions, SessionIndex } from "@openclaw/sessions";
import { ensurePrivateDir } from "@openclaw/storage";
import { findLegacyState, formerStateDir, migrateState, takeOverStateDir } from "../../state/index.ts";
import type { DoctorCheck, DoctorWorld } from "../doctor-world.ts";
import type { DoctorFinding } from "../finding.ts";

const formerDirectory: DoctorCheck = {
  id: "former-state-dir",
  run({ paths, env }) {
    const former = formerStateDir(paths, env);
    if (former === undefined || existsSync(paths.stateDir)) return [];
    return [
      {
        title: "State directory",
        lines: [`${former} belongs to a former release.`],
        repair: {
          question: `Move ${former} to ${paths.stateDir} and leave a link?`,
          kind: "ordinary",
          preset: true,
          apply: async () => [takeOverStateDir(former, paths.stateDir).text],
        },
      },
    ];
  },
};

const stateLayout: DoctorCheck = {
  id: "state-migrations",
  run(world) {
    const { paths, now } = world;
    const parts = findLegacyState(paths);
    if (parts.length === 0) return [];
    return [
      {
        title: "State layout",
        lines: [`Files of a former release: ${parts.join(", ")}.`],
        repair: {
          question: "Move them to their places now?",
          kind: "layout",
          preset: true,
          async apply() {
            const { changes, warnings } = await migrateState({ paths, config: world.config, now }, parts);
            return [...changes, ...warnings];
          },
        },
      },
    ];
  },
};

/** The directory, who can reach it, and what is missing in it. */
const stateIntegrity: DoctorCheck = {
  id: "state-integrity",
  async run(world) {
    const { paths, files, env } = world;
    const { stateDir, configPath, oauthDir } = paths;
    if (!existsSync(stateDir)) {
      return [
        {
          title: "State integrity",
          lines: [
            `CRITICAL: the state directory ${stateDir} is missing. Sessions, credentials and logins cannot be kept.`,
          ],
          repair: {
            question: `Create ${stateDir} now?`,
            kind: "ordinary",
            preset: true,
            async apply() {
              await ensurePrivateDir(stateDir);
              return [`Created ${stateDir}.`];
            },
          },
        },
      ];
    }
    const sessions = sessionsDir(paths, defaultAgentIdOf(world.config));
    const places = [...new Set([stateDir, path.dirname(sessions), sessions, oauthDir])];
    const missing = places.filter((dir) => !existsSync(dir));
    const open = [
      { path: stateDir, kind: "directory" as const },
      { path: configPath, kind: "file" as const },
    ];
    const findings: DoctorFinding[] = [];
    for (const { path: file, kind } of open) {
      const found = await files.inspect(file);
      if (!found || found.kind !== kind) continue;
      if (!found.worldReadable && !found.worldWritable && !found.groupReadable && !found.groupWritable) continue;
      findings.push({
        title: "State integrity",
        lines: [`${file} is open to others (${found.text}).`],
        repair: {
          question: `Close ${file} to others?`,
          kind: "ordinary",
          preset: true,
          async apply() {
            await files.close(file, kind);
            return [`Closed ${file} to others.`];
          },
        },
      });
    }
    if (missing.length > 0) {
      findings.push({
        title: "State integrity",
        lines: missing.map((dir) => `${dir} is missing.`),
        repair: {
          question: "Create the missing directories?",
          kind: "ordinary",
          preset: true,
          async apply() {
            for (const dir of missing) await ensurePrivateDir(dir);
            return missing.map((dir) => `Created ${dir}.`);
          },
        },
      });
    }
    const locked = places
      .filter((dir) => existsSync(dir) && !isWritable(dir))
      .map((dir) => `${dir} is not writable.${ownerHint(dir, world)}`);
    if (locked.length > 0) findings.push({ title: "State integrity", lines: locked });
    const others = paths.legacyStateDirs.filter((dir) => lstatSync(dir, { throwIfNoEntry: false })?.isDirectory());
    if (others.length > 0 && !env.OPENCLAW_STATE_DIR) {
      findings.push({
        title: "State integrity",
        lines: [`Several state directories: ${[stateDir, ...others].join(", ")}. Only the first is used.`],
      });
    }
    return [...findings, ...transcripts(world)];
  },
};

function isWritable(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function ownerHint(dir: string, { user, service }: DoctorWorld): string {
  const owner = lstatSync(dir, { throwIfNoEntry: false })?.uid;
  return owner === undefined || owner === service.uid
    ? ""
    : ` It belongs to user ${owner}: sudo chown -R ${user} ${dir}`;
}

const recent = 5;

/** Whether the last conversations are still there. */
function transcripts({ config, paths }: DoctorWorld): DoctorFinding[] {
  const agentId = defaultAgentIdOf(config);
  const sessions = openSessions({ stateDir: paths.stateDir, config: () => config, homeDir: paths.home });
  const store = sessions.storePath(agentId);
  if (!existsSync(store) && !existsSync(`${store}.log`)) return [];
  // Not closed: closing would write, and looking changes nothing.
  const index = SessionIndex.open({ path: store, agentId, schedule: () => () => {} });
  const fileOf = ({ sessionId, sessionFile }: { sessionId: string; sessionFile?: string | undefined }) =>
    sessionFile ?? path.join(path.dirname(store), `${sessionId}.jsonl`);
  const latest = index.recent(recent).map(([, entry]) => entry);
  const lost = latest.filter((entry) => !existsSync(fileOf(entry))).length;
  const lines = lost > 0 ? [`${lost} of ${latest.length} recent sessions lack their transcript.`] : [];
  const main = index.get(mainSessionKey(keyContextOf(config), agentId));
  if (main && !existsSync(fileOf(main)))
    lines.push("The transcript of the main session is missing; its history is lost.");
  else if (main && lineCount(fileOf(main)) <= 1) lines.push("The transcript of the main session is empty.");
  return lines.length === 0 ? [] : [{ title: "State integrity", lines }];
}

function lineCount(file: string): number {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "").length;
}

/** Everything below the state directory. */
export const stateChecks: readonly DoctorCheck[] = [formerDirectory, stateLayout, stateIntegrity];
