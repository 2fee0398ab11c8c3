// Every package as a stranger would install it: packs it, then asks publint and "are the types wrong".
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, "..");
const folders = ["packages", "apps", "plugins"].flatMap((group) =>
  fs.existsSync(path.join(root, group))
    ? fs.readdirSync(path.join(root, group)).map((name) => path.join(root, group, name))
    : [],
);
const target = fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-pack-"));
let failures = 0;
const fail = (name, text) => {
  failures += 1;
  console.log(`${name}: ${text}`);
};

async function check(folder) {
  const manifestPath = path.join(folder, "package.json");
  if (!fs.existsSync(manifestPath)) return;
  const manifest = JSON.parse(fs.readFileSync(manifestPath, "utf8"));
  if (manifest.private) return;
  for (const file of ["README.md", "LICENSE"]) {
    if (!fs.existsSync(path.join(folder, file))) fail(manifest.name, `no ${file}`);
  }
  for (const field of ["description", "license", "type", "engines", "files"]) {
    if (!manifest[field]) fail(manifest.name, `package.json has no "${field}"`);
  }
  const { stdout } = await run("pnpm", ["pack", "--json", "--pack-destination", target], { cwd: folder });
  const tarball = path.resolve(folder, JSON.parse(stdout).filename);
  const bytes = fs.readFileSync(tarball);
  const { messages } = await publint({
    level: "warning",
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
  });
  for (const message of messages) fail(manifest.name, formatMessage(message, manifest));
  if (!manifest.exports?.["."]?.types) return;
  const attw = path.join(root, "node_modules", ".bin", "attw");
  try {
    await run(attw, [tarball, "--profile", "esm-only", "--format", "ascii"], { cwd: root });
  } catch (error) {
    fail(manifest.name, `${error.stdout ?? ""}${error.stderr ?? ""}`);
  }
}

try {
  const queue = [...folders];
  await Promise.all(
    Array.from({ length: 2 }, async () => {
      for (let next = queue.shift(); next; next = queue.shift()) await check(next);
    }),
  );
} finally {
  fs.rmSync(target, { recursive: true, force: true });
}
console.log(failures === 0 ? "every package is fit to publish" : `${failures} problems`);
process.exitCode = failures === 0 ? 0 : 1;
