import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryInstallation } from "../testing/temporary-installation.ts";
import { checkForUpdate, compareVersions, type Installation } from "./index.ts";

const dayMs = 24 * 60 * 60_000;
const source = { package: "claw", registry: "https://registry.example" };
const installed: Installation = {
  kind: "package",
  root: "/x",
  packageDir: "/x",
  manager: "npm",
  version: "1.0.0",
  source,
};

function world() {
  const { paths } = temporaryInstallation();
  const asked: string[] = [];
  const fetch = (async (url: string) => {
    asked.push(url);
    return Response.json({ "dist-tags": { latest: "1.1.0", beta: "1.2.0-beta.1" }, versions: {} });
  }) as typeof globalThis.fetch;
  const file = path.join(paths.stateDir, "update-check.json");
  const run = async (argv: readonly string[]) => {
    asked.push(argv.join(" "));
    return { code: 0, stdout: "https://configured.example/\n", stderr: "" };
  };
  const check = (more: { installation?: Installation; channel?: "beta" | "dev"; now?: number } = {}) =>
    checkForUpdate(more.installation ?? installed, {
      channel: more.channel,
      file,
      fetch,
      run,
      now: () => more.now ?? 0,
    });
  return { check, asked, file };
}

describe("checkForUpdate", () => {
  it("asks once a day, and says what there is", async () => {
    const { check, asked, file } = world();
    expect(await check()).toBe("update available (latest): v1.1.0 (current v1.0.0). Run: openclaw update");
    expect(await check({ now: dayMs - 1 })).toBeUndefined();
    expect(asked).toEqual(["https://registry.example/claw"]);
    expect(await check({ now: dayMs, channel: "beta" })).toContain("(beta): v1.2.0-beta.1");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      lastCheckedAt: new Date(dayMs).toISOString(),
      lastNotifiedVersion: "1.2.0-beta.1",
      lastNotifiedTag: "beta",
    });
  });

  it("asks the registry npm is configured for when the package names none", async () => {
    const { check, asked } = world();
    const { registry: _, ...unnamed } = source;
    await check({ installation: { ...installed, source: unnamed } });
    expect(asked).toEqual(["npm config get registry", "https://configured.example/claw"]);
    asked.length = 0;
    await check({ installation: { ...installed, source: { package: "@a/claw" } }, now: 2 * dayMs });
    expect(asked).toEqual(["npm config get @a:registry", "https://configured.example/@a%2fclaw"]);
  });

  it("asks nobody without a source, for a checkout, and on the channel of the sources", async () => {
    const { check, asked, file } = world();
    const { source: _, ...unsourced } = installed;
    await check({ installation: unsourced });
    await check({ installation: { ...installed, kind: "git" } });
    await check({ channel: "dev" });
    expect(asked).toEqual([]);
    expect(existsSync(file)).toBe(false);
  });
});

describe("compareVersions", () => {
  it("orders releases and previews as semver.org says", () => {
    const sorted = [
      "1.0.0-alpha",
      "1.0.0-alpha.1",
      "1.0.0-alpha.beta",
      "1.0.0-beta.2",
      "1.0.0-beta.11",
      "1.0.0",
      "1.2.0",
      "1.10.0",
    ];
    expect(sorted.toReversed().toSorted(compareVersions)).toEqual(sorted);
    expect(compareVersions("v1.0.0", "1.0.0+build")).toBe(0);
  });
});
