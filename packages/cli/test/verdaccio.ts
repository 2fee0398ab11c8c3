import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { runServer } from "verdaccio";
import { packFiles } from "./npm-registry.ts";

/** A real registry on a free port of this machine, which asks no other one. Each test publishes under names of its own. */
export async function startVerdaccio() {
  const dir = mkdtempSync(path.join(tmpdir(), "openclaw-verdaccio-"));
  const everybody = { access: "$all", publish: "$all", unpublish: "$all" };
  const server: Server = await runServer({
    storage: path.join(dir, "storage"),
    configPath: path.join(dir, "config.yaml"),
    self_path: dir,
    uplinks: {},
    web: { enable: false },
    auth: { htpasswd: { file: path.join(dir, "htpasswd") } },
    packages: { "@*/*": everybody, "**": everybody },
    log: { type: "stdout", format: "json", level: "fatal" },
  });
  const requests: string[] = [];
  server.on("request", (request) => void requests.push(request.url ?? ""));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the registry has no port");
  const url = `http://127.0.0.1:${address.port}`;
  const put = async (place: string, body: unknown) => {
    const response = await fetch(`${url}/${place}`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`PUT ${place}: ${response.status} ${await response.text()}`);
  };
  return {
    url,
    /** Addresses that were asked for. */
    requests,
    /** Publishes a version, as `npm publish --tag` does. */
    async publish(files: Record<string, string>, tag = "latest"): Promise<void> {
      const manifest = JSON.parse(files["package.json"] ?? "{}") as { name: string; version: string };
      const { name, version } = manifest;
      const archive = await packFiles(files);
      const file = `${name}-${version}.tgz`;
      const integrity = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
      const shasum = createHash("sha1").update(archive).digest("hex");
      await put(encodeURIComponent(name), {
        _id: name,
        name,
        "dist-tags": { [tag]: version },
        versions: {
          [version]: {
            ...manifest,
            _id: `${name}@${version}`,
            dist: { tarball: `${url}/${name}/-/${file}`, integrity, shasum },
          },
        },
        _attachments: {
          [file]: {
            content_type: "application/octet-stream",
            data: archive.toString("base64"),
            length: archive.length,
          },
        },
      });
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      });
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
