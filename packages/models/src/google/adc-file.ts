import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** The file that application default credentials are in: `GOOGLE_APPLICATION_CREDENTIALS`, else where gcloud puts it. */
export function applicationDefaultFile(env: NodeJS.ProcessEnv): string {
  const named = env.GOOGLE_APPLICATION_CREDENTIALS?.trim();
  if (named) return named;
  const folder =
    env.CLOUDSDK_CONFIG?.trim() ||
    (process.platform === "win32" && env.APPDATA
      ? path.join(env.APPDATA, "gcloud")
      : path.join(env.HOME?.trim() || os.homedir(), ".config", "gcloud"));
  return path.join(folder, "application_default_credentials.json");
}

/** The project that requests to Google Cloud are made for. */
export function projectOf(env: NodeJS.ProcessEnv): string | undefined {
  return env.GOOGLE_CLOUD_PROJECT?.trim() || env.GCLOUD_PROJECT?.trim() || undefined;
}

/** Whether everything a request to Vertex AI needs shows without asking anybody: project, location and the file. */
export function showsApplicationDefault(env: NodeJS.ProcessEnv): boolean {
  return (
    projectOf(env) !== undefined &&
    Boolean(env.GOOGLE_CLOUD_LOCATION?.trim()) &&
    existsSync(applicationDefaultFile(env))
  );
}
