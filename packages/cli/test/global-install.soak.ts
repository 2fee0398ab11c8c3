// Installs the program as its user does: packed, into an empty prefix, without optional parts; measures what it takes on
// disk, and lets the installed program set itself up, run and answer. Needs `pnpm build`.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/** What the installation may take, MB. */
const budgetMb = 150;
const startLimitMs = 60_000;
const root = path.resolve(import.meta.dirname, "../../..");
const dir = fs.mkdtempSync(path.join(tmpdir(), "openclaw-install-"));
const prefix = path.join(dir, "prefix");
const home = path.join(dir, "home");
fs.mkdirSync(home);

/** Packs a package and every package of this repository it depends on; each once. */
function pack(folder: string, packed: Map<string, string>): void {
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")) as {
    name: string;
    dependencies?: Record<string, string>;
  };
  if (packed.has(manifest.name)) return;
  const out = execFileSync("pnpm", ["pack", "--json", "--pack-destination", dir], { cwd: folder, encoding: "utf8" });
  const { filename } = JSON.parse(out) as { filename: string };
  packed.set(manifest.name, path.resolve(dir, filename));
  for (const name of Object.keys(manifest.dependencies ?? {}).filter((each) => each.startsWith("@openclaw/")))
    pack(path.join(root, "packages", name.slice("@openclaw/".length)), packed);
}

function sizeOf(folder: string): number {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + fs.lstatSync(path.join(entry.parentPath, entry.name)).size, 0);
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert(typeof address === "object" && address !== null);
  await new Promise((resolve) => server.close(resolve));
  return address.port;
}

try {
  assert(fs.existsSync(path.join(root, "apps/cli/dist/main.js")), "nothing is built yet: run pnpm build");
  const packed = new Map<string, string>();
  pack(path.join(root, "apps/cli"), packed);
  const flags = ["--omit=optional", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", prefix];
  execFileSync("npm", ["i", "-g", ...flags, ...packed.values()], { stdio: "inherit" });
  const sizeMb = sizeOf(prefix) / 1024 / 1024;
  console.log(`${packed.size} packed, ${sizeMb.toFixed(1)} MB installed`);
  assert(sizeMb <= budgetMb, `the installation takes ${sizeMb.toFixed(1)} MB, more than ${budgetMb}`);

  const program = path.join(prefix, "bin", "openclaw");
  const env = { HOME: home, PATH: `${path.dirname(process.execPath)}:${process.env.PATH}` };
  const run = (...argv: string[]) => execFileSync(program, argv, { cwd: home, env, encoding: "utf8" });
  const { version } = JSON.parse(fs.readFileSync(path.join(root, "apps/cli/package.json"), "utf8")) as {
    version: string;
  };
  assert.equal(run("--version"), `${version}\n`);
  const port = await freePort();
  const setUp = ["--non-interactive", "--accept-risk", "--auth-choice", "skip", "--skip-health", "--json"];
  const report = JSON.parse(run("onboard", ...setUp, "--gateway-port", String(port))) as { mode: string };
  assert.equal(report.mode, "local");

  const gateway = spawn(program, ["gateway"], { cwd: home, env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => gateway.once("exit", resolve));
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the Gateway did not start")), startLimitMs);
    gateway.stdout.setEncoding("utf8").on("data", (text: string) => {
      process.stdout.write(text);
      if (!text.includes("listening on ws://")) return;
      clearTimeout(timer);
      resolve();
    });
    void ended.then((code) => reject(new Error(`the Gateway ended with ${code}`)));
  });
  try {
    const answer = run("agent", "--agent", "main", "-m", "hello");
    assert.match(answer, /offline assistant/);
    assert.match(run("status", "--json"), /"reachable": true/);
  } finally {
    gateway.kill("SIGTERM");
  }
  assert.equal(await ended, 0);
} finally {
  fs.rmSync(dir, { recursive: true, force: true });
}
