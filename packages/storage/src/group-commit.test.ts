import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GroupCommit, JsonlFile } from "./index.ts";
import { tempDir } from "./testing/temp-dir.ts";

/** Counts the syncs; each waits until `finish` is called. */
function heldSyncs() {
  const waiting: { resolve(): void; reject(error: unknown): void }[] = [];
  const started: (() => void)[] = [];
  return {
    waiting,
    sync: () =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ resolve, reject });
        started.shift()?.();
      }),
    next: () => new Promise<void>((resolve) => started.push(resolve)),
  };
}

describe("GroupCommit", () => {
  it("forces a file once for all who wait, and those who come meanwhile together afterwards", async () => {
    const syncs = heldSyncs();
    const commit = new GroupCommit({ sync: syncs.sync });
    const dir = tempDir();
    const journal = JsonlFile.open(join(dir, "journal"), { commit });
    const outbox = JsonlFile.open(join(dir, "outbox"), { commit });

    const begun = syncs.next();
    const first = [journal.sync(), journal.sync(), outbox.sync()];
    await begun;
    expect(syncs.waiting).toHaveLength(2);

    const later = Array.from({ length: 50 }, () => journal.sync());
    const begunAgain = syncs.next();
    for (const { resolve } of syncs.waiting.splice(0)) resolve();
    await Promise.all(first);
    await begunAgain;
    expect(syncs.waiting).toHaveLength(1);
    for (const { resolve } of syncs.waiting.splice(0)) resolve();
    await Promise.all(later);
    journal.close();
    outbox.close();
  });

  it("tells all who wait for a file when it fails, and works again afterwards", async () => {
    const syncs = heldSyncs();
    const commit = new GroupCommit({ sync: syncs.sync });
    const path = join(tempDir(), "journal");
    const file = JsonlFile.open(path, { commit });
    const begun = syncs.next();
    const waits = [file.sync(), file.sync()].map((wait) => wait.catch((error: unknown) => error));
    await begun;
    syncs.waiting.shift()?.reject(Object.assign(new Error("EIO"), { code: "EIO" }));
    for (const error of await Promise.all(waits))
      expect(error).toMatchObject({ name: "StorageError", code: "io", path });

    const again = syncs.next();
    const wait = file.sync();
    await again;
    syncs.waiting.shift()?.resolve();
    await wait;
    file.close();
  });

  it("forces nothing when it is off", async () => {
    let syncs = 0;
    const commit = new GroupCommit({
      fsync: "off",
      sync: async () => {
        syncs += 1;
      },
    });
    const file = JsonlFile.open(join(tempDir(), "a"), { commit });
    file.append({ a: 1 });
    await file.sync();
    file.close();
    expect(syncs).toBe(0);
  });
});
