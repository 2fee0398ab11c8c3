import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryHome } from "./cli.ts";
import { startVerdaccio } from "./verdaccio.ts";

const name = "claw-under-test";
let verdaccio: Awaited<ReturnType<typeof startVerdaccio>>;
let worlds = 0;

beforeAll(async () => {
  verdaccio = await startVerdaccio();
});
afterAll(() => verdaccio[Symbol.asyncDispose]());

/** A release of a program that only notes that its doctor was called. */
function release(name: string, version: string, source: object = {}): Record<string, string> {
  return {
    "package.json": JSON.stringify({
      name,
      version,
      type: "module",
      bin: { [name]: "bin/openclaw.js" },
      openclaw: { update: { package: name, ...source } },
    }),
    "bin/openclaw.js": `import fs from "node:fs";\nfs.appendFileSync(process.env.HOME + "/ran.log", "${version} " + process.argv.slice(2).join(" ") + "\\n");\n`,
  };
}

interface World {
  version?: string;
  /** What else the package says of its source; where the registry is, unless npm is asked. */
  source?: object;
  /** Folder of the package below the home directory. */
  dir?: (name: string) => string;
}

/** A home with the program installed, and some releases of it in the registry. */
async function installed({ version = "1.1.0", source = { registry: verdaccio.url }, dir }: World = {}) {
  const own = `${name}-${++worlds}`;
  const home = temporaryHome();
  const publish = (version: string, tag?: string) => verdaccio.publish(release(own, version, source), tag);
  for (const each of ["1.0.0", "1.1.0", "1.2.0"]) await publish(each);
  const packageDir = path.join(home.home, dir?.(own) ?? `prefix/lib/node_modules/${own}`);
  const write = (file: string, text: string, mode = 0o644) => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text, { mode });
  };
  for (const [file, text] of Object.entries(release(own, version, source))) write(path.join(packageDir, file), text);
  const program = path.join(packageDir, "bin", "openclaw.js");
  const cache = { npm_config_cache: path.join(home.home, ".npm-cache") };
  return {
    home,
    name: own,
    packageDir,
    publish,
    write,
    asked: () => verdaccio.requests.filter((url) => url.includes(own) && !url.includes("/-rev/")),
    version: () => JSON.parse(readFileSync(path.join(packageDir, "package.json"), "utf8")).version as string,
    ran: () =>
      existsSync(path.join(home.home, "ran.log")) ? readFileSync(path.join(home.home, "ran.log"), "utf8") : "",
    go: (argv: readonly string[], options: { answer?: string; env?: NodeJS.ProcessEnv } = {}) =>
      home.run(argv, { program, ...options, env: { ...cache, ...options.env } }),
    [Symbol.asyncDispose]: async () => home[Symbol.dispose](),
  };
}

describe("update of a package", () => {
  it("installs the newest release below the prefix it came from, lets its doctor look, and keeps the channel", async () => {
    await using world = await installed();
    const { code, stdout } = await world.go(["update", "--channel", "stable"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Updated 1.1.0 → 1.2.0.\nUpdate channel set to stable.\n");
    expect(world.version()).toBe("1.2.0");
    expect(world.ran()).toContain("1.2.0 doctor --non-interactive\n");
    expect(JSON.parse(readFileSync(world.home.configPath, "utf8")).update).toEqual({ channel: "stable" });
  });

  it("reports steps as one document, and is found behind --update too", async () => {
    await using world = await installed();
    const { stdout } = await world.go(["--update", "--json"]);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({
      status: "ok",
      mode: "npm",
      before: { version: "1.1.0" },
      after: { version: "1.2.0" },
      steps: [
        { name: "global update", exitCode: 0 },
        { name: "openclaw doctor", exitCode: 0 },
      ],
    });
  });

  it("takes beta releases where there are some, and the newest release otherwise", async () => {
    await using world = await installed();
    expect((await world.go(["update", "--channel", "beta"])).stdout).toContain("→ 1.2.0");
    await world.publish("1.3.0-beta.1", "beta");
    await world.go(["update"]);
    expect(world.version()).toBe("1.3.0-beta.1");
  });

  it("does not go back without a confirmation", async () => {
    await using world = await installed();
    const { code, stdout, stderr } = await world.go(["update", "--tag", "1.0.0"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^Downgrade confirmation required\.\n.+\n$/);
    expect(world.version()).toBe("1.1.0");
    const declined = await world.go(["update", "--tag", "1.0.0"], { answer: "n\n" });
    expect(declined.stdout).toContain("Downgrading from 1.1.0 to 1.0.0 can break configuration. Continue?");
    expect(world.version()).toBe("1.1.0");
    await world.go(["update", "--tag", "1.0.0", "--yes"]);
    expect(world.version()).toBe("1.0.0");
  });

  it("never installs another program that has the same name, nor a version that is not there", async () => {
    await using world = await installed();
    await verdaccio.publish(release(world.name, "9.0.0", { package: "another-program" }));
    const foreign = await world.go(["update", "--json"]);
    expect(foreign.code).toBe(1);
    expect(JSON.parse(foreign.stdout)).toMatchObject({ status: "error", reason: "foreign-package", steps: [] });
    const unknown = await world.go(["update", "--tag", "7.7.7", "--yes", "--json"]);
    expect(JSON.parse(unknown.stdout)).toMatchObject({ status: "error", reason: "unknown-target" });
    expect(world.version()).toBe("1.1.0");
  });

  it("keeps the channel as it was when the update fails", async () => {
    await using world = await installed();
    await verdaccio.publish(release(world.name, "9.0.0", { package: "another-program" }));
    await world.go(["update", "--channel", "beta"]);
    expect(existsSync(world.home.configPath)).toBe(false);
  });

  it("shows what there is", async () => {
    await using world = await installed();
    const { stdout } = await world.go(["update", "status"]);
    expect(stdout).toContain("OpenClaw update status");
    expect(stdout).toContain("stable (default)");
    expect(stdout).toMatch(/Update available \(npm 1\.2\.0\)\. Run: openclaw update\n$/);
    const json = JSON.parse((await world.go(["update", "status", "--json"])).stdout);
    expect(json).toMatchObject({
      update: { installKind: "package", packageManager: "npm", registry: { latestVersion: "1.2.0" } },
      channel: { value: "stable", source: "default", config: null },
      availability: { available: true, hasRegistryUpdate: true, hasGitUpdate: false, latestVersion: "1.2.0" },
    });
  });

  it("refuses a bad channel and a bad timeout before it asks anybody", async () => {
    await using world = await installed();
    const published = world.asked().length;
    expect((await world.go(["update", "--channel", "nightly"])).stderr).toContain(
      '--channel must be "stable", "beta", or "dev" (got "nightly")',
    );
    expect((await world.go(["update", "--timeout", "soon"])).stderr).toContain(
      "--timeout must be a positive integer (seconds)",
    );
    expect(world.asked()).toHaveLength(published);
  });

  it("asks for channel and consent in the wizard", async () => {
    await using world = await installed();
    const { stdout } = await world.go(["update", "wizard"], { answer: "1\ny\ny\n" });
    expect(stdout).toContain("Updated 1.1.0 → 1.2.0.");
    expect((await world.go(["update", "wizard"])).stderr).toContain("update wizard needs a terminal.");
  });
});

describe("an update where the package names no registry", () => {
  it("takes the one npm is configured for, and gives the address to nobody", async () => {
    await using world = await installed({ source: {} });
    const env = { npm_config_registry: verdaccio.url };
    const { stdout } = await world.go(["update", "--json"], { env });
    expect(JSON.parse(stdout)).toMatchObject({ status: "ok", after: { version: "1.2.0" } });
    expect(JSON.parse(stdout).steps[0].command).not.toContain("registry");
    expect(world.version()).toBe("1.2.0");
  });

  it("says so when npm cannot be asked", async () => {
    await using world = await installed({ source: {} });
    const { code, stderr } = await world.go(["update"], { env: { PATH: "/nowhere" } });
    expect(code).toBe(1);
    expect(stderr).toContain("npm did not say which registry it uses");
    expect(world.version()).toBe("1.1.0");
  });
});

describe("update of a package another manager installed", () => {
  /** A manager that notes how it was called, and puts another release in the place of the package. */
  async function managed(manager: "pnpm" | "bun", dir: (name: string) => string) {
    const world = await installed({ dir });
    const bin = path.join(world.home.home, "bin");
    const next = release(world.name, "1.2.0", { registry: verdaccio.url })["package.json"] ?? "";
    world.write(path.join(bin, "next.json"), next);
    const script = `#!/bin/sh\necho "$0 $*" > "${bin}/calls"\ncp "${bin}/next.json" "${world.packageDir}/package.json"\n`;
    world.write(path.join(bin, manager), script, 0o755);
    return Object.assign(world, {
      calls: () => readFileSync(path.join(bin, "calls"), "utf8"),
      update: () => world.go(["update", "--json"], { env: { PATH: `${bin}:${process.env.PATH}` } }),
    });
  }

  it.each([
    ["pnpm", (name: string) => `.local/share/pnpm/global/5/node_modules/${name}`],
    ["bun", (name: string) => `.bun/install/global/node_modules/${name}`],
  ] as const)("calls %s", async (manager, dir) => {
    await using world = await managed(manager, dir);
    const { stdout } = await world.update();
    expect(JSON.parse(stdout)).toMatchObject({ status: "ok", mode: manager, after: { version: "1.2.0" } });
    expect(world.calls()).toMatch(new RegExp(`/${manager} add -g ${world.name}@1.2.0 --registry=${verdaccio.url}\n$`));
    expect(world.ran()).toContain("doctor --non-interactive\n");
  });

  it("finds the new release where pnpm gives each release a folder of its own", async () => {
    const stored = (version: string, name: string) =>
      `.local/share/pnpm/store/v11/links/@/${name}/${version}/0a1b/node_modules/${name}`;
    await using world = await installed({ dir: (name) => stored("1.1.0", name) });
    const { home } = world.home;
    const link = path.join(home, ".local/share/pnpm/global/v11/ab12/node_modules", world.name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(world.packageDir, link);
    const next = path.join(home, stored("1.2.0", world.name));
    for (const [file, text] of Object.entries(release(world.name, "1.2.0"))) world.write(path.join(next, file), text);
    const bin = path.join(home, "bin");
    world.write(path.join(bin, "pnpm"), `#!/bin/sh\nln -sfn "${next}" "${link}"\n`, 0o755);
    const { stdout } = await world.home.run(["update", "--json"], {
      program: path.join(link, "bin", "openclaw.js"),
      env: { PATH: `${bin}:${process.env.PATH}` },
    });
    expect(JSON.parse(stdout)).toMatchObject({ status: "ok", mode: "pnpm", after: { version: "1.2.0" } });
    expect(world.ran()).toContain("1.2.0 doctor --non-interactive\n");
  });
});

describe("the change from the package to the sources", () => {
  /** A repository of sources, and a `pnpm` that notes what it built. */
  async function sources() {
    const repository = mkdtempSync(path.join(tmpdir(), "openclaw-sources-"));
    const world = await installed({ source: { registry: verdaccio.url, repository } });
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@x.example", ...args], {
        cwd: repository,
        encoding: "utf8",
      });
    git("init", "-qb", "main");
    world.write(path.join(repository, "pnpm-workspace.yaml"), "");
    for (const [file, text] of Object.entries(release(world.name, "1.3.0-dev")))
      world.write(path.join(repository, "apps", "cli", file), text);
    git("add", "-A");
    git("commit", "-qm", "first");
    const bin = path.join(world.home.home, "bin");
    world.write(path.join(bin, "pnpm"), `#!/bin/sh\necho "$*" >> "${bin}/calls"\n`, 0o755);
    const gitDir = path.join(world.home.home, "claw");
    return Object.assign(world, {
      sha: git("rev-parse", "HEAD").trim(),
      gitDir,
      calls: () => readFileSync(path.join(bin, "calls"), "utf8"),
      toDev: () =>
        world.go(["update", "--channel", "dev", "--json"], {
          env: { PATH: `${bin}:${process.env.PATH}`, OPENCLAW_GIT_DIR: gitDir },
        }),
      async [Symbol.asyncDispose]() {
        rmSync(repository, { recursive: true, force: true });
        world.home[Symbol.dispose]();
      },
    });
  }

  it("clones, builds and installs them, and keeps the channel", async () => {
    await using world = await sources();
    const { code, stdout, stderr } = await world.toDev();
    expect(stderr).toContain("Update channel set to dev.");
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, status: "ok", after: { sha: world.sha } });
    expect(world.calls()).toBe("install --frozen-lockfile\nbuild\n");
    expect(realpathSync(world.packageDir)).toBe(realpathSync(path.join(world.gitDir, "apps", "cli")));
  });

  it("touches no folder that holds something else", async () => {
    await using world = await sources();
    world.write(path.join(world.gitDir, "mine.txt"), "mine");
    const { code, stdout } = await world.toDev();
    const reason = `OPENCLAW_GIT_DIR points at a non-git directory: ${world.gitDir}`;
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 1, status: "error", reason, steps: [] });
    expect(readFileSync(path.join(world.gitDir, "mine.txt"), "utf8")).toBe("mine");
    expect(existsSync(world.home.configPath)).toBe(false);
  });
});

describe("update without a source", () => {
  it("asks nobody, changes nothing and says so", async () => {
    using home = temporaryHome();
    const program = path.join(home.home, "lib", "node_modules", "claw", "bin", "openclaw.js");
    mkdirSync(path.dirname(program), { recursive: true });
    writeFileSync(program, "");
    writeFileSync(path.join(program, "..", "..", "package.json"), JSON.stringify({ name: "claw", version: "1.0.0" }));
    const asked: string[] = [];
    const fetch = async (url: string | URL | Request) => {
      asked.push(String(url));
      return new Response("{}");
    };
    for (const argv of [["update"], ["update", "--json"], ["update", "status"], ["status"]]) {
      const { code, stdout } = await home.run(argv, { program, fetch: fetch as typeof globalThis.fetch });
      expect(code).toBe(0);
      expect(stdout).toMatch(/no[- ]update[- ]source/i);
    }
    expect(asked).toEqual([]);
  });
});

describe("update of a checkout", () => {
  /** A clone of a repository of its own, with a `pnpm` that notes how it was called. */
  function checkout() {
    const home = temporaryHome();
    const git = (cwd: string, ...args: string[]) =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@x.example", ...args], {
        cwd,
        encoding: "utf8",
        stdio: "pipe",
      });
    const origin = path.join(home.home, "origin");
    const root = path.join(home.home, "checkout");
    const write = (dir: string, file: string, text: string) => {
      mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
      writeFileSync(path.join(dir, file), text);
    };
    const commit = (text: string) => {
      write(origin, "NEWS", text);
      git(origin, "add", "-A");
      git(origin, "commit", "-qm", text);
      return git(origin, "rev-parse", "HEAD").trim();
    };
    mkdirSync(origin);
    git(origin, "init", "-qb", "main");
    write(origin, "pnpm-workspace.yaml", "");
    write(origin, "package.json", "{}");
    write(origin, "apps/web/dist/ui/index.html", "");
    write(origin, "apps/cli/bin/openclaw.js", "");
    write(
      origin,
      "apps/cli/package.json",
      JSON.stringify({ name, version: "1.0.0", openclaw: { update: { package: name } } }),
    );
    const first = commit("first");
    git(origin, "tag", "v1.0.0");
    git(home.home, "clone", "-q", origin, root);
    const bin = path.join(home.home, "fake-bin");
    const calls = path.join(home.home, "pnpm.log");
    write(bin, "pnpm", `#!/bin/sh\necho "$* in $(cat NEWS)" >> "${calls}"\ntest ! -e broken\n`);
    chmodSync(path.join(bin, "pnpm"), 0o755);
    return {
      home,
      [Symbol.dispose]: home[Symbol.dispose],
      first,
      commit,
      write,
      origin,
      root,
      head: () => git(root, "rev-parse", "HEAD").trim(),
      git,
      calls: () => readFileSync(calls, "utf8"),
      go: (argv: readonly string[]) =>
        home.run(argv, {
          program: path.join(root, "apps", "cli", "bin", "openclaw.js"),
          env: {
            PATH: `${bin}:${process.env.PATH}`,
            GIT_AUTHOR_NAME: "t",
            GIT_AUTHOR_EMAIL: "t@x.example",
            GIT_COMMITTER_NAME: "t",
            GIT_COMMITTER_EMAIL: "t@x.example",
          },
        }),
    };
  }

  it("leaves a checkout with changes alone", async () => {
    using world = checkout();
    world.write(world.root, "NEWS", "mine");
    const { code, stdout } = await world.go(["update", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: "skipped", mode: "git", reason: "dirty" });
    expect((await world.go(["update"])).stdout).toContain(
      "Skipped: working directory has uncommitted changes. Commit or stash them first.",
    );
  });

  it("moves to the newest commit that builds, tried in a worktree first", async () => {
    using world = checkout();
    const good = world.commit("good");
    world.write(world.origin, "broken", "");
    world.commit("broken");
    const { code, stdout } = await world.go(["update", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: "ok", before: { sha: world.first }, after: { sha: good } });
    expect(world.head()).toBe(good);
    expect(world.git(world.root, "worktree", "list").trim().split("\n")).toHaveLength(1);
    expect(world.calls()).toContain("--filter @openclaw/web build in good");
  });

  it("stays where it is when no newer commit builds", async () => {
    using world = checkout();
    world.write(world.origin, "broken", "");
    world.commit("broken");
    const { code, stdout } = await world.go(["update", "--json"]);
    const result = JSON.parse(stdout);
    expect({ code, status: result.status }).toEqual({ code: 0, status: "ok" });
    expect(world.head()).toBe(world.first);
  });

  it("checks the newest release out for stable, and previews for beta", async () => {
    using world = checkout();
    world.commit("second");
    world.git(world.origin, "tag", "v1.10.0");
    world.commit("third");
    world.git(world.origin, "tag", "v2.0.0-beta.1");
    await world.go(["update", "--channel", "stable"]);
    expect(world.git(world.root, "describe", "--tags").trim()).toBe("v1.10.0");
    await world.go(["update", "--channel", "beta"]);
    expect(world.git(world.root, "describe", "--tags").trim()).toBe("v2.0.0-beta.1");
  });

  it("says how far behind it is", async () => {
    using world = checkout();
    world.commit("second");
    const { stdout } = await world.go(["update", "status"]);
    expect(stdout).toContain("ahead 0, behind 1");
    expect(stdout).toMatch(/Update available \(git, 1 commits behind\)/);
  });
});
