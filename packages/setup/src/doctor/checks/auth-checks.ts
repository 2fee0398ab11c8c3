import { silentLog } from "@openclaw/log";
import { createModels, type Models, type ProfileState } from "@openclaw/models";
import type { DoctorCheck, DoctorWorld } from "../doctor-world.ts";
import type { DoctorFinding } from "../finding.ts";

const dayMs = 24 * 60 * 60_000;

function modelsOf({ config, env, paths, now }: DoctorWorld): Models {
  return createModels({ config: () => config, env, log: silentLog, stateDir: paths.stateDir, clock: { now } });
}

/** Sign-ins that were called `default` get the name of their account. */
const profileNames: DoctorCheck = {
  id: "auth-profiles",
  run(world) {
    const { credentials } = modelsOf(world);
    if (!credentials) return [];
    const former = "anthropic:default";
    const store = credentials.store();
    const profile = store.read().profiles.get(former);
    if (profile?.type !== "oauth" || !profile.email) return [];
    const name = `anthropic:${profile.email}`;
    if (store.read().profiles.has(name)) return [];
    return [
      {
        title: "Auth profiles",
        lines: [`The sign-in ${former} has the name of a former release; it would be called ${name}.`],
        repair: {
          question: "Rename the auth profile?",
          kind: "ordinary",
          preset: true,
          async apply() {
            await store.update((draft) => {
              draft.setProfile(name, profile);
              draft.removeProfile(former);
            });
            return [`Renamed ${former} → ${name}.`];
          },
          config: (value) => renameProfile(value, former, name),
        },
      },
    ];
  },
};

/** The same profile in `auth.profiles` and `auth.order`. */
function renameProfile(value: unknown, from: string, to: string): unknown {
  if (typeof value !== "object" || value === null || !("auth" in value)) return value;
  const text = JSON.stringify(value.auth).replaceAll(JSON.stringify(from), JSON.stringify(to));
  return { ...value, auth: JSON.parse(text) as unknown };
}

const authHealth: DoctorCheck = {
  id: "auth-health",
  run(world) {
    const models = modelsOf(world);
    if (!models.credentials) return [];
    const { profiles } = models.credentials.profiles();
    const providers = [...new Set([...profiles.values()].map(({ provider }) => provider))];
    const lines = providers.flatMap((provider) =>
      (models.providerAuth(provider)?.profiles ?? []).flatMap((profile) =>
        profileLines(provider, profile, world.now()),
      ),
    );
    const findings: DoctorFinding[] = lines.length === 0 ? [] : [{ title: "Model auth", lines }];
    for (const problem of models.credentials.problems()) findings.push({ title: "Model auth", lines: [problem] });
    return findings;
  },
};

function profileLines(provider: string, { id, status, unusable, expiresAt }: ProfileState, now: number): string[] {
  const again = `Sign in again: openclaw models auth login --provider ${provider}`;
  const lines: string[] = [];
  if (unusable) {
    const minutes = Math.max(1, Math.round((unusable.until - now) / 60_000));
    const billing = unusable.reason === "billing" ? " Look at your plan or balance there." : "";
    const why = unusable.reason ? ` (${unusable.reason})` : "";
    lines.push(
      `- ${id}: ${unusable.kind === "disabled" ? "switched off" : "resting"}${why} for ${minutes} min.${billing}`,
    );
  }
  if (status === "expired") lines.push(`- ${id}: expired. ${again}`);
  if (status === "missing") lines.push(`- ${id}: has no secret. ${again}`);
  if (status === "expiring" && expiresAt !== undefined) {
    const hours = Math.max(1, Math.round((Math.min(expiresAt - now, dayMs) / dayMs) * 24));
    lines.push(`- ${id}: expires in about ${hours} h. ${again}`);
  }
  return lines;
}

/** Credentials of models. */
export const authChecks: readonly DoctorCheck[] = [profileNames, authHealth];
