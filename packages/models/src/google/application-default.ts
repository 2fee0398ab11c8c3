import { createPrivateKey, createSign } from "node:crypto";
import fs from "node:fs/promises";
import { requestToken } from "../credentials/oauth/token-request.ts";
import { numberField, textField } from "../credentials/wire-fields.ts";
import { ModelError } from "../model-error.ts";
import { applicationDefaultFile, projectOf } from "./adc-file.ts";

/** What requests to Google Cloud are signed with. */
export interface ApplicationDefault {
  /** An access token, renewed before it ends. @throws ModelError `no-api-key` or `auth-refresh-failed` */
  token(): Promise<string>;
  /** The project of the environment, else of the credentials. @throws ModelError `invalid-provider` */
  project(): Promise<string>;
}

/** Tokens are renewed so long before they end, ms. */
const renewBeforeMs = 300_000;
const metadataTimeoutMs = 2000;
const tokenTimeoutMs = 20_000;
const scope = "https://www.googleapis.com/auth/cloud-platform";
const usualTokenAddress = "https://oauth2.googleapis.com/token";
const service = "Google";

/**
 * Application default credentials from where Google's own tools look for them: the file of
 * {@link applicationDefaultFile} (a user's login or a service account), else the machine's metadata server.
 */
export function createApplicationDefault(options: {
  env: NodeJS.ProcessEnv;
  fetch: typeof fetch;
  now: () => number;
}): ApplicationDefault {
  const { env, now } = options;
  const metadata = `http://${env.GCE_METADATA_HOST?.trim() || "169.254.169.254"}/computeMetadata/v1`;
  let kept: { token: string; expires: number } | undefined;
  let asking: Promise<{ token: string; expires: number }> | undefined;

  async function ask(): Promise<{ token: string; expires: number }> {
    const file = applicationDefaultFile(env);
    const stored = await readCredentials(file);
    if (stored === undefined) return fromMachine();
    const request = tokenRequest(stored, file, now());
    try {
      const signal = AbortSignal.timeout(tokenTimeoutMs);
      return readToken(await requestToken({ service, ...request, fetch: options.fetch, signal }));
    } catch (error) {
      const message = error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
      throw new ModelError(
        "auth-refresh-failed",
        `The application default credentials in ${file} gave no token: ${message}. Log in again: gcloud auth application-default login`,
        { cause: error },
      );
    }
  }

  async function fromMachine(): Promise<{ token: string; expires: number }> {
    try {
      const answer = await askMetadata("instance/service-accounts/default/token");
      return readToken(await answer.json());
    } catch (error) {
      throw new ModelError(
        "no-api-key",
        `No application default credentials found. Run "gcloud auth application-default login", or set GOOGLE_APPLICATION_CREDENTIALS to the file of a service account (looked at: ${applicationDefaultFile(env)} and the machine's metadata server).`,
        { cause: error },
      );
    }
  }

  async function askMetadata(what: string): Promise<Response> {
    const response = await options.fetch(`${metadata}/${what}`, {
      headers: { "metadata-flavor": "Google" },
      signal: AbortSignal.timeout(metadataTimeoutMs),
    });
    if (response.ok) return response;
    await response.body?.cancel();
    throw new Error(`the metadata server answered ${response.status}`);
  }

  function readToken(answer: unknown): { token: string; expires: number } {
    const token = textField(answer, "access_token");
    if (!token) throw new Error("the answer holds no access token");
    return { token, expires: now() + (numberField(answer, "expires_in") ?? 3600) * 1000 };
  }

  return {
    async token() {
      if (kept && kept.expires - now() > renewBeforeMs) return kept.token;
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      kept = await asking;
      return kept.token;
    },
    async project() {
      const named = projectOf(env);
      if (named !== undefined) return named;
      const stored = await readCredentials(applicationDefaultFile(env));
      const own = textField(stored, "project_id") ?? textField(stored, "quota_project_id");
      if (own) return own;
      const told =
        stored === undefined
          ? await askMetadata("project/project-id").then(
              (answer) => answer.text(),
              () => "",
            )
          : "";
      if (told.trim()) return told.trim();
      throw new ModelError(
        "invalid-provider",
        "Google Vertex AI needs a project. Set GOOGLE_CLOUD_PROJECT, or models.providers.google-vertex.baseUrl to an address with /projects/…/locations/… in it.",
      );
    },
  };
}

/** Undefined when there is no such file. @throws ModelError `no-api-key` for one that is not to be understood */
async function readCredentials(file: string): Promise<unknown> {
  try {
    return JSON.parse(await fs.readFile(file, "utf8"));
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    // What JSON.parse says of a text quotes it.
    const reason = cause instanceof SyntaxError ? "it is not JSON" : String(cause);
    throw new ModelError("no-api-key", `The application default credentials in ${file} cannot be read: ${reason}.`);
  }
}

/** How a file of credentials becomes a token, https://google.aip.dev/auth/4110. */
function tokenRequest(stored: unknown, file: string, now: number): { url: string; body: Record<string, string> } {
  const type = textField(stored, "type");
  const url = textField(stored, "token_uri") ?? usualTokenAddress;
  if (type === "authorized_user") {
    const [clientId, secret, refresh] = ["client_id", "client_secret", "refresh_token"].map((name) =>
      textField(stored, name),
    );
    if (!clientId || !secret || !refresh) throw incomplete(file, "client_id, client_secret and refresh_token");
    const body = { grant_type: "refresh_token", client_id: clientId, client_secret: secret, refresh_token: refresh };
    return { url, body };
  }
  if (type === "service_account") {
    const email = textField(stored, "client_email");
    const key = textField(stored, "private_key");
    if (!email || !key) throw incomplete(file, "client_email and private_key");
    const keyId = textField(stored, "private_key_id");
    const assertion = signedAssertion({ email, key, keyId, url, now }, file);
    return { url, body: { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion } };
  }
  throw new ModelError(
    "no-api-key",
    `The application default credentials in ${file} are of the type "${type ?? "none"}". A login of gcloud (authorized_user) or a service account (service_account) can be used.`,
  );
}

function incomplete(file: string, fields: string): ModelError {
  return new ModelError("no-api-key", `The application default credentials in ${file} need ${fields}.`);
}

/** The JSON Web Token a service account asks with, https://developers.google.com/identity/protocols/oauth2/service-account. */
function signedAssertion(
  account: { email: string; key: string; keyId: string | undefined; url: string; now: number },
  file: string,
): string {
  const seconds = Math.floor(account.now / 1000);
  const header = { alg: "RS256", typ: "JWT", ...(account.keyId !== undefined && { kid: account.keyId }) };
  const claims = { iss: account.email, scope, aud: account.url, iat: seconds, exp: seconds + 3600 };
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  try {
    const signature = createSign("RSA-SHA256").update(text).sign(createPrivateKey(account.key), "base64url");
    return `${text}.${signature}`;
  } catch (cause) {
    throw new ModelError("no-api-key", `The private_key in ${file} is no RSA key in PEM form.`, { cause });
  }
}
