import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { objectOf, textOf } from "../adapters/wire-value.ts";
import { ModelError } from "../model-error.ts";

/** What AWS requests are signed with. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Ms since the epoch; absent for credentials that stay. */
  readonly expires?: number;
}

/** Temporary credentials are renewed so long before they end, ms. */
const renewBeforeMs = 300_000;
const roleTimeoutMs = 2000;
const instanceAddress = "http://169.254.169.254";
const containerAddress = "http://169.254.170.2";

/**
 * AWS credentials from where its own tools look for them: the environment, the profile of `~/.aws` that `AWS_PROFILE`
 * names (`default` without), the role of the container, the role of the instance.
 */
export function createAwsCredentials(options: { env: NodeJS.ProcessEnv; fetch: typeof fetch; now: () => number }) {
  const { env, now } = options;
  let kept: AwsCredentials | undefined;
  let searching: Promise<AwsCredentials> | undefined;

  async function search(): Promise<AwsCredentials> {
    const found = fromEnvironment(env) ?? (await fromProfile(env)) ?? (await fromContainer()) ?? (await fromInstance());
    if (found) return found;
    throw new ModelError(
      "no-api-key",
      "No AWS credentials found. Set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE with a profile in ~/.aws/credentials, or give the machine a role.",
    );
  }

  async function fromContainer(): Promise<AwsCredentials | undefined> {
    const relative = env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI;
    const url = relative ? `${containerAddress}${relative}` : env.AWS_CONTAINER_CREDENTIALS_FULL_URI;
    if (!url) return undefined;
    const token = env.AWS_CONTAINER_AUTHORIZATION_TOKEN;
    return readRole(await ask(url, token ? { headers: { authorization: token } } : {}));
  }

  async function fromInstance(): Promise<AwsCredentials | undefined> {
    if (env.AWS_EC2_METADATA_DISABLED === "true") return undefined;
    try {
      const address = env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? instanceAddress;
      const ttl = { "x-aws-ec2-metadata-token-ttl-seconds": "21600" };
      const token = await (await ask(`${address}/latest/api/token`, { method: "PUT", headers: ttl })).text();
      const headers = { "x-aws-ec2-metadata-token": token };
      const roles = `${address}/latest/meta-data/iam/security-credentials/`;
      const role = (await (await ask(roles, { headers })).text()).split("\n", 1)[0];
      return role ? await readRole(await ask(`${roles}${role}`, { headers })) : undefined;
    } catch (error) {
      // Most machines are no AWS instances, and nothing answers there.
      if (error instanceof Error) return undefined;
      throw error;
    }
  }

  async function ask(url: string, init: RequestInit): Promise<Response> {
    const response = await options.fetch(url, { ...init, signal: AbortSignal.timeout(roleTimeoutMs) });
    if (response.ok) return response;
    await response.body?.cancel();
    throw new Error(`AWS credentials: ${new URL(url).host} answered ${response.status}`);
  }

  return async function credentials(): Promise<AwsCredentials> {
    if (kept && (kept.expires === undefined || kept.expires - now() > renewBeforeMs)) return kept;
    searching ??= search().finally(() => {
      searching = undefined;
    });
    kept = await searching;
    return kept;
  };
}

function fromEnvironment(env: NodeJS.ProcessEnv): AwsCredentials | undefined {
  const accessKeyId = env.AWS_ACCESS_KEY_ID?.trim();
  const secretAccessKey = env.AWS_SECRET_ACCESS_KEY?.trim();
  const sessionToken = env.AWS_SESSION_TOKEN?.trim();
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}

async function fromProfile(env: NodeJS.ProcessEnv): Promise<AwsCredentials | undefined> {
  const home = path.join(env.HOME?.trim() || os.homedir(), ".aws");
  const profile = env.AWS_PROFILE?.trim() || "default";
  const files = [
    [env.AWS_SHARED_CREDENTIALS_FILE ?? path.join(home, "credentials"), [profile]],
    [env.AWS_CONFIG_FILE ?? path.join(home, "config"), [`profile ${profile}`, profile]],
  ] as const;
  for (const [file, sections] of files) {
    const text = await readIfThere(file);
    const values = text === undefined ? undefined : readSection(text, sections);
    const accessKeyId = values?.get("aws_access_key_id");
    const secretAccessKey = values?.get("aws_secret_access_key");
    const sessionToken = values?.get("aws_session_token");
    if (accessKeyId && secretAccessKey) {
      return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
    }
  }
  return undefined;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await fs.readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** The values of the first of these sections in an INI text. */
function readSection(text: string, names: readonly string[]): Map<string, string> | undefined {
  let current: Map<string, string> | undefined;
  let found: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[\s*([^\]]+?)\s*\]/.exec(line)?.[1];
    if (section !== undefined) {
      current = !found && names.includes(section) ? new Map() : undefined;
      found ??= current;
      continue;
    }
    const [, name, value] = /^\s*([\w]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (current && name !== undefined && value !== undefined) current.set(name, value);
  }
  return found;
}

async function readRole(response: Response): Promise<AwsCredentials | undefined> {
  const role = objectOf(await response.json());
  const accessKeyId = textOf(role?.AccessKeyId);
  const secretAccessKey = textOf(role?.SecretAccessKey);
  const sessionToken = textOf(role?.Token);
  const expires = Date.parse(textOf(role?.Expiration) ?? "");
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    ...(!Number.isNaN(expires) && { expires }),
  };
}
