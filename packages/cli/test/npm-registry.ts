import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { create } from "tar";

/** Packs files as npm does: everything below `package/`. Returns the archive's bytes. */
export async function packFiles(files: Record<string, string>, top = "package"): Promise<Buffer> {
  const dir = mkdtempSync(path.join(tmpdir(), "openclaw-pack-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(dir, top, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const archive = path.join(dir, "archive.tgz");
    await create({ file: archive, cwd: dir, gzip: true, preservePaths: true }, [top]);
    return readFileSync(archive);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** An npm registry with the packages a test publishes. */
export async function startRegistry() {
  const packages = new Map<string, Map<string, { archive: Buffer; manifest: object }>>();
  const requests: string[] = [];
  let url = "";
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    const [, name = "", file] = /^\/((?:@[^/]+(?:\/|%2[fF]))?[^/]+)(?:\/-\/(.+))?$/.exec(request.url ?? "") ?? [];
    const versions = packages.get(decodeURIComponent(name));
    if (!versions) return void response.writeHead(404).end("{}");
    if (file) {
      const found = [...versions].find(([version]) => file.endsWith(`-${version}.tgz`))?.[1];
      return void response.writeHead(found ? 200 : 404).end(found?.archive);
    }
    const decoded = decodeURIComponent(name);
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        name: decoded,
        "dist-tags": { latest: [...versions.keys()].at(-1) },
        versions: Object.fromEntries(
          [...versions].map(([version, { archive, manifest }]) => [
            version,
            {
              ...manifest,
              dist: {
                tarball: `${url}/${decoded}/-/${decoded.split("/").at(-1)}-${version}.tgz`,
                integrity: `sha512-${createHash("sha512").update(archive).digest("base64")}`,
              },
            },
          ]),
        ),
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the registry has no port");
  url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    /** Addresses that were asked for. */
    requests,
    async publish(files: Record<string, string>): Promise<void> {
      const manifest = JSON.parse(files["package.json"] ?? "{}") as { name: string; version: string };
      const versions = packages.get(manifest.name) ?? new Map();
      versions.set(manifest.version, { archive: await packFiles(files), manifest });
      packages.set(manifest.name, versions);
    },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
