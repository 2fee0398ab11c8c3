import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseDuration } from "../../duration.ts";
import type { HookHandler } from "../hook.ts";
import { type BundledHookServices, hookOptions } from "./services.ts";

const dayMs = 24 * 60 * 60_000;

interface BootstrapFile {
  name: string;
  content: string;
  missing: boolean;
}

/** Shows the agent another SOUL.md, by chance or in a window of the day. No file on the disk changes. */
export function soulEvil(services: BundledHookServices): HookHandler {
  return async ({ context, sessionKey, timestamp }) => {
    const options = hookOptions(services.config(), "soul-evil");
    if (/^agent:[^:]+:subagent:/.test(sessionKey) || !isChosen(options, timestamp.getTime(), services)) return;
    const files = Array.isArray(context.bootstrapFiles) ? (context.bootstrapFiles as BootstrapFile[]) : [];
    const soul = files.find(({ name, missing }) => name === "SOUL.md" && !missing);
    const name = typeof options.file === "string" && options.file.trim() !== "" ? options.file.trim() : "SOUL_EVIL.md";
    const dir = String(context.workspaceDir ?? "");
    const text = await readFile(path.resolve(dir, name), "utf8").catch(() => "");
    if (soul === undefined || text.trim() === "") {
      services.log.warn(
        `[hooks] soul-evil: ${soul === undefined ? "there is no SOUL.md" : `${name} is missing or empty`}`,
      );
      return;
    }
    context.bootstrapFiles = files.map((file) => (file === soul ? { ...file, content: text } : file));
  };
}

function isChosen(options: Readonly<Record<string, unknown>>, now: number, services: BundledHookServices): boolean {
  const { chance, purge } = options;
  if (typeof purge === "object" && purge !== null && isInWindow({ ...purge }, now, services.userTimeZone()))
    return true;
  return typeof chance === "number" && chance > 0 && services.random() < chance;
}

/** A window that begins each day at a time of the user, and may pass midnight. */
function isInWindow(purge: Record<string, unknown>, now: number, timeZone: string): boolean {
  const at = /^(\d{1,2}):(\d{2})$/.exec(typeof purge.at === "string" ? purge.at : "");
  const duration = typeof purge.duration === "string" ? parseDuration(purge.duration, "m") : undefined;
  if (at === null || duration === undefined || duration <= 0) return false;
  if (duration >= dayMs) return true;
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).formatToParts(now);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value ?? 0);
  const time = ((part("hour") * 60 + part("minute")) * 60 + part("second")) * 1000;
  const start = (Number(at[1]) * 60 + Number(at[2])) * 60_000;
  return (time - start + dayMs) % dayMs < duration;
}
