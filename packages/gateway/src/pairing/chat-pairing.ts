import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { withStoreLock } from "@openclaw/sessions";
import { type Clock, ensurePrivateDir, writeFileAtomic } from "@openclaw/storage";
import { z } from "zod";

// Letters and digits that cannot be taken for one another.
const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const codeLength = 8;
/** How long a code can be approved, ms. */
const lifetimeMs = 60 * 60_000;
/** So many strangers of one channel may wait. */
const maxPending = 3;

/** What bounds who waits to be let in, per channel. */
export const pairingLimits = { pendingPerAccount: maxPending, ttlMs: lifetimeMs } as const;

const request = z.object({
  id: z.string(),
  code: z.string(),
  createdAt: z.string(),
  lastSeenAt: z.string().optional(),
  meta: z.record(z.string(), z.string()).optional(),
});

/** Somebody who asked to be let in. Times are ISO texts. */
export type PairingRequest = z.output<typeof request>;

/** A problem with what somebody asked of the store. */
export class ChatPairingError extends Error {
  override readonly name = "ChatPairingError";
  readonly code: "invalid-channel" | "no-code-left";
  constructor(code: ChatPairingError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** Who asked to be let in on channels, and who was: files in the credentials folder, read anew each time. */
export interface ChatPairing {
  /** Requests that can still be approved, oldest first. */
  pending(channel: string): PairingRequest[];
  /**
   * Notes that a stranger wrote. `created` only the first time: a known one keeps the code. Undefined when too many wait.
   */
  request(
    channel: string,
    sender: { id: string; meta?: Readonly<Record<string, string>> },
  ): Promise<{ code: string; created: boolean } | undefined>;
  /** Lets in who has this code, in any case of letters. Undefined for a code nobody waits with. */
  approve(channel: string, code: string): Promise<PairingRequest | undefined>;
  /** Forgets who asked; whoever writes again asks again. */
  dismiss(channel: string, id: string): Promise<void>;
  /** Ids of those who were let in. */
  allowed(channel: string): string[];
  /** Replaces them. */
  setAllowed(channel: string, ids: readonly string[]): Promise<void>;
}

export function openChatPairing(options: {
  /** `<state>/credentials`. */
  dir: string;
  clock: Clock;
  /** The form in which a channel's ids are kept. */
  normalizeEntry?(channel: string, id: string): string;
  random?: (max: number) => number;
}): ChatPairing {
  const { dir, clock } = options;
  const random = options.random ?? ((max) => crypto.randomInt(max));
  const requestsFile = (channel: string) => path.join(dir, `${fileName(channel)}-pairing.json`);
  const allowFile = (channel: string) => path.join(dir, `${fileName(channel)}-allowFrom.json`);

  const live = (all: readonly PairingRequest[]): PairingRequest[] => {
    const now = clock.now();
    const unexpired = all.filter(({ createdAt }) => now - Date.parse(createdAt) <= lifetimeMs);
    if (unexpired.length <= maxPending) return unexpired;
    const newest = [...unexpired].sort((a, b) => seenAt(b) - seenAt(a)).slice(0, maxPending);
    return unexpired.filter((each) => newest.includes(each));
  };
  const read = (channel: string): PairingRequest[] => live(requestList(readLoosely(requestsFile(channel))?.requests));
  const write = (file: string, content: object) =>
    writeFileAtomic(file, `${JSON.stringify({ version: 1, ...content }, null, 2)}\n`, { mode: 0o600 });
  const locked = async <T>(file: string, work: () => Promise<T>): Promise<T> => {
    await ensurePrivateDir(dir);
    return withStoreLock(file, work);
  };
  const newCode = (taken: readonly PairingRequest[]): string => {
    for (let attempt = 0; attempt < 500; attempt++) {
      const code = Array.from({ length: codeLength }, () => alphabet[random(alphabet.length)]).join("");
      if (!taken.some((each) => each.code === code)) return code;
    }
    throw new ChatPairingError("no-code-left", "failed to generate unique pairing code");
  };
  const clean = (channel: string, ids: readonly string[]) => {
    const normalize = (id: string) => options.normalizeEntry?.(channel, id) ?? id.trim();
    return [...new Set(ids.map(normalize).filter((id) => id !== "" && id !== "*"))];
  };
  const allowed = (channel: string) => clean(channel, textList(readLoosely(allowFile(channel))?.allowFrom));

  return {
    pending: read,
    request: (channel, sender) =>
      locked(requestsFile(channel), async () => {
        const requests = read(channel);
        const now = new Date(clock.now()).toISOString();
        const known = requests.find(({ id }) => id === sender.id);
        if (known === undefined && requests.length >= maxPending) return undefined;
        const meta = sender.meta === undefined || Object.keys(sender.meta).length === 0 ? {} : { meta: sender.meta };
        const entry = known
          ? { ...known, lastSeenAt: now, ...meta }
          : { id: sender.id, code: newCode(requests), createdAt: now, lastSeenAt: now, ...meta };
        const others = requests.filter(({ id }) => id !== sender.id);
        await write(requestsFile(channel), {
          requests: known ? requests.map((each) => (each === known ? entry : each)) : [...others, entry],
        });
        return { code: entry.code, created: known === undefined };
      }),
    approve: (channel, code) =>
      locked(requestsFile(channel), async () => {
        const requests = read(channel);
        const wanted = code.trim().toUpperCase();
        const found = requests.find((each) => each.code === wanted);
        if (found === undefined) return undefined;
        // Let in first: a crash in between leaves a request that can be approved again, not a lost approval.
        await locked(allowFile(channel), () =>
          write(allowFile(channel), { allowFrom: clean(channel, [...allowed(channel), found.id]) }),
        );
        await write(requestsFile(channel), { requests: requests.filter((each) => each !== found) });
        return found;
      }),
    dismiss: (channel, id) =>
      locked(requestsFile(channel), () =>
        write(requestsFile(channel), { requests: read(channel).filter((each) => each.id !== id) }),
      ),
    allowed,
    setAllowed: (channel, ids) =>
      locked(allowFile(channel), () => write(allowFile(channel), { allowFrom: clean(channel, ids) })),
  };
}

/** Which part of a file name stands for a channel. @throws ChatPairingError when nothing would be left */
function fileName(channel: string): string {
  const name = channel
    .trim()
    .toLowerCase()
    .replace(/[\\/:*?"<>|]/g, "_")
    .replaceAll("..", "_");
  if (name === "" || name === "_") throw new ChatPairingError("invalid-channel", "invalid pairing channel");
  return name;
}

function seenAt({ lastSeenAt, createdAt }: PairingRequest): number {
  const seen = Date.parse(lastSeenAt ?? createdAt);
  return Number.isNaN(seen) ? 0 : seen;
}

/** A file others may have edited: one that cannot be understood counts as empty. */
function readLoosely(file: string): Record<string, unknown> | undefined {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}

function requestList(value: unknown): PairingRequest[] {
  return Array.isArray(value)
    ? value.flatMap((each) => {
        const parsed = request.safeParse(each);
        return parsed.success && !Number.isNaN(Date.parse(parsed.data.createdAt)) ? [parsed.data] : [];
      })
    : [];
}

function textList(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((each) => typeof each === "string" || typeof each === "number").map(String)
    : [];
}
