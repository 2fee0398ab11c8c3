import { randomBytes } from "node:crypto";
import type { OpenClawConfig } from "@openclaw/config";
import { type GmailOverrides, type GmailSettings, gmailDefaults, gmailSettings } from "./gmail-settings.ts";
import { type Programs, tailscaleArguments, watchArguments } from "./gmail-watcher.ts";

/** The setup cannot go on; the message says what is missing. */
export class GmailSetupError extends Error {
  override name = "GmailSetupError";
}

/** What the setup came to. */
export interface GmailSetup {
  settings: GmailSettings;
  project: string;
  /** Where Google sends its pushes; holds the push token. */
  pushEndpoint: string;
  /** What is to be merged into the configuration. */
  patch: Readonly<Record<string, unknown>>;
}

const publisher = "serviceAccount:gmail-api-push@system.gserviceaccount.com";
const topicPath = /^projects\/([^/]+)\/topics\/([^/]+)$/;

/**
 * Creates topic, subscription and watch at Google and publishes the local endpoint. Everything may be done a second time.
 * @throws GmailSetupError
 */
export async function setUpGmail(options: {
  config: OpenClawConfig;
  gatewayPort: number;
  given: GmailOverrides & { project?: string | undefined; pushEndpoint?: string | undefined };
  programs: Programs;
  hasBinary(name: string): boolean;
  print(line: string): void;
}): Promise<GmailSetup> {
  const { config, given, programs, print } = options;
  const mode = given.tailscale ?? "funnel";
  for (const name of ["gcloud", "gog", ...(mode === "off" ? [] : ["tailscale"])]) {
    if (!options.hasBinary(name)) throw new GmailSetupError(`${name} not installed; install it and retry`);
  }
  const call = async (argv: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await programs.run(argv);
    if (code === 0) return stdout.trim();
    throw new GmailSetupError(`${argv.slice(0, 4).join(" ")} failed: ${(stderr || stdout).trim() || `exit ${code}`}`);
  };
  const attempt = (argv: readonly string[]) => programs.run(argv).then(({ code }) => code === 0);

  if ((await call(["gcloud", "auth", "list", "--filter", "status:ACTIVE", "--format", "value(account)"])) === "") {
    print("Signing in to Google Cloud…");
    await call(["gcloud", "auth", "login"]);
  }
  const named = topicPath.exec(given.topic?.trim() ?? "");
  const project = given.project?.trim() || named?.[1] || (await projectOfCredentials(programs));
  if (!project) {
    throw new GmailSetupError("GCP project id required (use --project or ensure gog credentials are available)");
  }
  const topicName = named?.[2] ?? (given.topic?.trim() || gmailDefaults.topic);
  const settings = gmailSettings(config, options.gatewayPort, {
    ...given,
    tailscale: mode,
    topic: `projects/${project}/topics/${topicName}`,
    hookToken: given.hookToken?.trim() || config.hooks?.token?.trim() || newToken(),
    pushToken: given.pushToken?.trim() || config.hooks?.gmail?.pushToken?.trim() || newToken(),
  });
  if ("problem" in settings) throw new GmailSetupError(settings.problem);

  print("Enabling the Gmail and Pub/Sub APIs…");
  const services = ["gmail.googleapis.com", "pubsub.googleapis.com"];
  await call(["gcloud", "services", "enable", ...services, "--project", project, "--quiet"]);
  if (!(await attempt(["gcloud", "pubsub", "topics", "describe", topicName, "--project", project]))) {
    await call(["gcloud", "pubsub", "topics", "create", topicName, "--project", project]);
  }
  const role = ["--member", publisher, "--role", "roles/pubsub.publisher"];
  await call([
    "gcloud",
    "pubsub",
    "topics",
    "add-iam-policy-binding",
    topicName,
    ...role,
    "--project",
    project,
    "--quiet",
  ]);

  const pushEndpoint = given.pushEndpoint?.trim() || (await publish(settings, call));
  const { subscription } = settings;
  const known = await attempt(["gcloud", "pubsub", "subscriptions", "describe", subscription, "--project", project]);
  const endpoint = ["--push-endpoint", pushEndpoint, "--project", project];
  await call(
    known
      ? ["gcloud", "pubsub", "subscriptions", "update", subscription, ...endpoint]
      : ["gcloud", "pubsub", "subscriptions", "create", subscription, "--topic", topicName, ...endpoint],
  );
  print("Starting the watch…");
  await call(watchArguments(settings));
  return { settings, project, pushEndpoint, patch: patchOf(settings, config) };
}

/** Publishes the local endpoint through Tailscale; resolves with its address. */
async function publish(settings: GmailSettings, call: (argv: readonly string[]) => Promise<string>): Promise<string> {
  const { mode, path, target } = settings.tailscale;
  if (mode === "off") throw new GmailSetupError("push endpoint required (set --push-endpoint)");
  const status: unknown = JSON.parse((await call(["tailscale", "status", "--json"])) || "{}");
  const name: unknown = Reflect.get(Object(Reflect.get(Object(status), "Self")), "DNSName");
  const host = typeof name === "string" ? name.replace(/\.$/, "") : "";
  if (host === "") throw new GmailSetupError("push endpoint required (set --push-endpoint)");
  await call(tailscaleArguments(mode, path, target));
  return `https://${host}${path}?token=${encodeURIComponent(settings.pushToken)}`;
}

/** The project of the credentials gog uses: the number in front of its client id names it. */
async function projectOfCredentials({ run }: Programs): Promise<string | undefined> {
  const { code, stdout } = await run(["gog", "auth", "credentials", "--json"]);
  if (code !== 0) return undefined;
  try {
    const parsed: unknown = JSON.parse(stdout);
    for (const name of ["project_id", "projectId", "project"]) {
      const value: unknown = Reflect.get(Object(parsed), name);
      if (typeof value === "string" && value.trim() !== "") return value.trim();
    }
  } catch {
    // What is no JSON names no project.
  }
  return undefined;
}

function patchOf(settings: GmailSettings, config: OpenClawConfig): Readonly<Record<string, unknown>> {
  const { account, label, topic, subscription, pushToken, hookUrl, hookToken, includeBody, maxBytes } = settings;
  const gmail = {
    account,
    label,
    topic,
    subscription,
    pushToken,
    hookUrl,
    includeBody,
    maxBytes,
    renewEveryMinutes: settings.renewEveryMinutes,
    serve: settings.serve,
    tailscale: settings.tailscale,
  };
  const presets = [...new Set([...(config.hooks?.presets ?? []), "gmail"])];
  return { hooks: { enabled: true, token: hookToken, presets, gmail } };
}

function newToken(): string {
  return randomBytes(24).toString("hex");
}
