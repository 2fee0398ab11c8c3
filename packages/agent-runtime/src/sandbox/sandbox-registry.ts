import { join } from "node:path";
import { ensurePrivateDir, readJsonFile, writeFileAtomic } from "@openclaw/storage";

/** One sandbox that exists. Programs that clean up or list containers read the same files. */
export interface SandboxEntry {
  containerName: string;
  /** The scope key: a session key, `agent:<id>` or `shared`. */
  sessionKey: string;
  createdAtMs: number;
  lastUsedAtMs: number;
  image: string;
  configHash: string;
  /** Absent for containers. */
  backend?: "bwrap";
  /** Browsers only: ports on this machine. */
  cdpPort?: number;
  noVncPort?: number;
}

export interface SandboxRegistry {
  list(): Promise<SandboxEntry[]>;
  get(name: string): Promise<SandboxEntry | undefined>;
  put(entry: SandboxEntry): Promise<void>;
  /** Notes a use, to the minute; sandboxes that are not listed stay so. */
  touch(name: string, now: number): Promise<void>;
  remove(name: string): Promise<void>;
}

const touchEveryMs = 60_000;

/** `containers.json` or `browsers.json` below `<state>/sandbox`. Changes of one process are made one after another. */
export function openSandboxRegistry(dir: string, file: "containers.json" | "browsers.json"): SandboxRegistry {
  const path = join(dir, file);
  let last: Promise<unknown> = Promise.resolve();

  // Read anew every time: the command line changes the same file.
  const change = (edit: (entries: SandboxEntry[]) => SandboxEntry[] | undefined): Promise<void> => {
    const next = last.then(async () => {
      const changed = edit(await readEntries(path));
      if (changed === undefined) return;
      await ensurePrivateDir(dir);
      await writeFileAtomic(path, `${JSON.stringify({ entries: changed }, null, 2)}\n`, { mode: 0o600 });
    });
    last = next.catch(() => {});
    return next;
  };

  return {
    list: () => readEntries(path),
    get: async (name) => (await readEntries(path)).find((entry) => entry.containerName === name),
    put: (entry) =>
      change((entries) => [...entries.filter((other) => other.containerName !== entry.containerName), entry]),
    touch: (name, now) =>
      change((entries) => {
        const entry = entries.find((other) => other.containerName === name);
        if (entry === undefined || now - entry.lastUsedAtMs < touchEveryMs) return undefined;
        return entries.map((other) => (other === entry ? { ...entry, lastUsedAtMs: now } : other));
      }),
    remove: (name) =>
      change((entries) => {
        const rest = entries.filter((entry) => entry.containerName !== name);
        return rest.length === entries.length ? undefined : rest;
      }),
  };
}

async function readEntries(path: string): Promise<SandboxEntry[]> {
  const content = await readJsonFile(path);
  if (typeof content !== "object" || content === null || !("entries" in content)) return [];
  return Array.isArray(content.entries) ? content.entries.flatMap((value) => readEntry(value) ?? []) : [];
}

/** An entry as far as it makes sense; one without a name or key can mean no sandbox. */
function readEntry(value: unknown): SandboxEntry | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const fields: Partial<Record<keyof SandboxEntry, unknown>> = { ...value };
  const { containerName, sessionKey } = fields;
  if (typeof containerName !== "string" || containerName === "" || typeof sessionKey !== "string") return undefined;
  const number = (field: unknown) => (typeof field === "number" && Number.isFinite(field) ? field : 0);
  const text = (field: unknown) => (typeof field === "string" ? field : "");
  return {
    containerName,
    sessionKey,
    createdAtMs: number(fields.createdAtMs),
    lastUsedAtMs: number(fields.lastUsedAtMs),
    image: text(fields.image),
    configHash: text(fields.configHash),
    ...(fields.backend === "bwrap" ? { backend: "bwrap" as const } : {}),
    ...(typeof fields.cdpPort === "number" ? { cdpPort: fields.cdpPort } : {}),
    ...(typeof fields.noVncPort === "number" ? { noVncPort: fields.noVncPort } : {}),
  };
}
