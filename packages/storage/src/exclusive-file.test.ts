import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { claimExclusive, releaseExclusive } from "./exclusive-file.ts";
import { tempDir } from "./testing/temp-dir.ts";

/** Calls `meanwhile` once, at the moment between reading a stale file and replacing it. */
function staleAnd(meanwhile: () => void) {
  let done = false;
  return ({ text }: { text: string }) => {
    if (!text.startsWith("stale")) return false;
    if (!done) meanwhile();
    done = true;
    return true;
  };
}

it("does not replace the file of somebody who took it over a moment earlier", () => {
  const dir = tempDir();
  const path = join(dir, "lock");
  writeFileSync(path, "stale");
  const isStale = staleAnd(() => {
    writeFileSync(join(dir, "winner"), "live");
    renameSync(join(dir, "winner"), path);
  });
  expect(claimExclusive(path, "mine", isStale)).toMatchObject({ claimed: false, held: { text: "live" } });
  expect(readFileSync(path, "utf8")).toBe("live");
  expect(readdirSync(dir)).toEqual(["lock"]);
});

it("takes a file that was given back or replaced by another stale one while it looked", () => {
  for (const meanwhile of [
    (path: string) => rmSync(path),
    (path: string) => {
      writeFileSync(`${path}.new`, "stale too");
      renameSync(`${path}.new`, path);
    },
  ]) {
    const dir = tempDir();
    const path = join(dir, "lock");
    writeFileSync(path, "stale");
    expect(
      claimExclusive(
        path,
        "mine",
        staleAnd(() => meanwhile(path)),
      ),
    ).toEqual({ claimed: true });
    expect(readFileSync(path, "utf8")).toBe("mine");
    expect(readdirSync(dir)).toEqual(["lock"]);
  }
});

it("gives back only what is its own", () => {
  const path = join(tempDir(), "lock");
  writeFileSync(path, "theirs");
  releaseExclusive(path, "mine");
  expect(readFileSync(path, "utf8")).toBe("theirs");
  releaseExclusive(path, "theirs");
  releaseExclusive(path, "theirs");
  expect(claimExclusive(path, "mine", () => false)).toEqual({ claimed: true });
});

it("names the file when it cannot be written", () => {
  const path = join(tempDir(), "missing", "lock");
  expect(() => claimExclusive(path, "mine", () => true)).toThrow(
    expect.objectContaining({ name: "StorageError", code: "not-found", path }),
  );
});
