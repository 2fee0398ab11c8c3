import { execFile } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { GatewayStartError } from "../start-error.ts";

/** `gateway.tls` */
export interface TlsSettings {
  autoGenerate: boolean;
  certPath: string;
  keyPath: string;
  caPath: string | undefined;
}

/** What the listener needs, and what clients know it by. */
export interface ServerTls {
  cert: string;
  key: string;
  ca?: string;
  minVersion: "TLSv1.3";
  /** SHA-256 of the certificate, 64 lower-case hex digits. */
  fingerprint: string;
}

const days = 3650;

/**
 * Reads the certificate of this Gateway, and makes a self-signed one with `openssl` when there is none and it may.
 * @throws GatewayStartError
 */
export async function loadServerTls(settings: TlsSettings, env: NodeJS.ProcessEnv): Promise<ServerTls> {
  const { certPath, keyPath, caPath } = settings;
  const missing = !(await exists(certPath)) || !(await exists(keyPath));
  if (missing && !settings.autoGenerate) {
    throw new GatewayStartError(
      "gateway tls: cert/key missing",
      `Put them at ${certPath} and ${keyPath}, set gateway.tls.certPath and keyPath, or set gateway.tls.autoGenerate.`,
    );
  }
  if (missing) await generate(certPath, keyPath, env);
  let pem: { cert: string; key: string; ca?: string };
  try {
    pem = {
      cert: await fs.readFile(certPath, "utf8"),
      key: await fs.readFile(keyPath, "utf8"),
      ...(caPath === undefined ? {} : { ca: await fs.readFile(caPath, "utf8") }),
    };
    const { createSecureContext } = await import("node:tls");
    createSecureContext(pem);
  } catch (error) {
    throw new GatewayStartError(`gateway tls: failed to load cert (${messageOf(error)})`);
  }
  return { ...pem, minVersion: "TLSv1.3", fingerprint: certificateFingerprint(pem.cert) };
}

/** SHA-256 of a certificate in PEM. @throws GatewayStartError */
export function certificateFingerprint(pem: string): string {
  try {
    return createHash("sha256").update(new X509Certificate(pem).raw).digest("hex");
  } catch {
    throw new GatewayStartError("gateway tls: unable to compute certificate fingerprint");
  }
}

async function generate(certPath: string, keyPath: string, env: NodeJS.ProcessEnv): Promise<void> {
  const [cert, key] = [`${certPath}.new`, `${keyPath}.new`];
  try {
    await fs.mkdir(path.dirname(certPath), { recursive: true, mode: 0o700 });
    await fs.mkdir(path.dirname(keyPath), { recursive: true, mode: 0o700 });
    // Made with its final mode before anything secret is in it.
    await fs.writeFile(key, "", { mode: 0o600 });
    await promisify(execFile)(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "rsa:2048", "-sha256", "-nodes", "-days", String(days)],
        ...["-subj", "/CN=openclaw-gateway", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"],
        ...["-keyout", key, "-out", cert],
      ],
      { env, timeout: 30_000 },
    );
    await fs.chmod(key, 0o600);
    await fs.chmod(cert, 0o600);
    // The certificate last: a crash in between leaves a pair that is incomplete, and is made anew.
    await fs.rename(key, keyPath);
    await fs.rename(cert, certPath);
  } catch (error) {
    await Promise.all([cert, key].map((file) => fs.rm(file, { force: true })));
    throw new GatewayStartError(
      `gateway tls: failed to generate cert (${messageOf(error)})`,
      "Install openssl, or give a certificate with gateway.tls.certPath and gateway.tls.keyPath.",
    );
  }
}

async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}
