import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { ensurePrivateDir, readJsonFile, writeFileAtomic } from "./files.ts";

it("a channel keeps a file of its own that only its user can read", async () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-channel-file-"));
  try {
    const file = path.join(home, "lines", "offset.json");
    expect(await readJsonFile(file)).toBeUndefined();
    await ensurePrivateDir(path.dirname(file));
    await writeFileAtomic(file, '{"last":7}');
    expect(await readJsonFile(file)).toEqual({ last: 7 });
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(fs.statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
  } finally {
    fs.rmSync(home, { recursive: true });
  }
});
