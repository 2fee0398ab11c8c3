import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openStorage, StorageError } from "./index.ts";
import { tempDir } from "./testing/temp-dir.ts";

it("keeps everything in the state directory, for the owner only, and finds it again", async () => {
  const stateDir = join(tempDir(), "state");
  const storage = await openStorage({ stateDir });
  expect(readdirSync(join(stateDir, "journal"))).toEqual([]);
  await storage.journal.accept({ id: "run", source: "rpc", payload: 1 }).durable;
  await storage.outbox.enqueue([{ id: "reply", chat: "c", channel: "x", payload: 2 }]);
  await storage.kv<number>("pairing").put("a", 3);
  await storage.log<string>("events").append("e");
  await storage.lease.acquire("scheduler");
  expect(storage.kv("pairing")).toBe(storage.kv("pairing"));
  expect(storage.log("events")).toBe(storage.log("events"));
  for (const path of readdirSync(stateDir, { recursive: true, encoding: "utf8" })) {
    const stat = statSync(join(stateDir, path));
    expect([path, stat.mode & 0o777]).toEqual([path, stat.isDirectory() ? 0o700 : 0o600]);
  }
  await storage.close();
  expect(readdirSync(join(stateDir, "leases"))).toEqual([]);

  await using reopened = await openStorage({ stateDir, fsync: "off" });
  expect(reopened.journal.open()).toMatchObject([{ id: "run", payload: 1 }]);
  expect(reopened.outbox.pending()).toMatchObject([{ id: "reply", payload: 2 }]);
  expect(reopened.kv<number>("pairing").get("a")).toEqual({ value: 3, revision: 1 });
  expect([...reopened.log<string>("events").read()]).toEqual([{ offset: 0, record: "e" }]);
});

it("connects publishers and subscribers", async () => {
  await using storage = await openStorage({ stateDir: tempDir() });
  const heard = new Promise((resolve) => storage.bus.subscribe("sessions", resolve));
  storage.bus.publish("sessions", "changed");
  expect(await heard).toBe("changed");
});

it("refuses names that are no file names", async () => {
  await using storage = await openStorage({ stateDir: tempDir() });
  for (const name of ["", "../up", "a/b", "A", ".hidden", "x".repeat(101)]) {
    expect(() => storage.kv(name)).toThrow(StorageError);
    expect(() => storage.log(name)).toThrow(expect.objectContaining({ code: "invalid-name", path: name }));
  }
});

it("does not start on a state directory of a newer release and leaves it as it is", async () => {
  const stateDir = tempDir();
  const first = await openStorage({ stateDir });
  await first.outbox.enqueue([{ id: "a", chat: "c", channel: "x", payload: 1 }]);
  await first.close();
  const path = join(stateDir, "outbox", "00000001.jsonl");
  const text = readFileSync(path, "utf8").replace('"format":1', '"format":2');
  writeFileSync(path, text);
  await expect(openStorage({ stateDir })).rejects.toMatchObject({ code: "newer-format", path });
  expect(readFileSync(path, "utf8")).toBe(text);
});

it("says what is in the way of the state directory", async () => {
  const file = join(tempDir(), "file");
  writeFileSync(file, "");
  await expect(openStorage({ stateDir: file })).rejects.toMatchObject({ code: "not-a-directory", path: file });
});

it("goes on where another storage of the same process does", async () => {
  const root = tempDir();
  const all = await Promise.all(Array.from({ length: 10 }, (_, i) => openStorage({ stateDir: join(root, `${i}`) })));
  for (const [i, storage] of all.entries()) {
    storage.journal.accept({ id: "same", source: "rpc", payload: i });
    await storage.lease.acquire("scheduler");
  }
  expect(all.map((storage) => storage.journal.get("same")?.payload)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  await Promise.all(all.map((storage) => storage.close()));
});
