import type { Credentials, ProfileState } from "@openclaw/models";
import { isRecord, recordOf } from "../../audit/channel-facts.ts";
import type { DoctorCheck } from "../doctor-world.ts";
import type { DoctorFinding, Repair } from "../finding.ts";
import { modelsOf } from "./stored-profiles.ts";

const dayMs = 24 * 60 * 60_000;

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

/** Copies of other programs' logins. Former releases kept them current; now one is taken over once, when it is asked for. */
const copiedLogins = ["anthropic:claude-cli", "openai-codex:codex-cli"];

const deprecatedProfiles: DoctorCheck = {
  id: "deprecated-profiles",
  run(world) {
    const { credentials } = modelsOf(world);
    if (!credentials) return [];
    const store = credentials.store();
    return copiedLogins.flatMap((id): DoctorFinding[] => {
      const profile = store.read().profiles.get(id);
      // One that still works may have been taken over by its user.
      if (!profile || profile.type === "api_key" || (profile.expires ?? Number.POSITIVE_INFINITY) > world.now())
        return [];
      return [
        {
          title: "Auth profiles",
          lines: [
            `${id} is the copy of another program's login, which is no longer kept current, and has run out.`,
            `Sign in again: openclaw models auth login --provider ${profile.provider}`,
          ],
          repair: {
            question: `Remove the auth profile ${id}?`,
            kind: "ordinary",
            preset: true,
            async apply() {
              await store.update((draft) => draft.removeProfile(id));
              return [`Removed ${id}.`];
            },
            config: (value) => withoutProfile(value, id),
          },
        },
      ];
    });
  },
};

/** Takes a profile out of `auth.profiles` and `auth.order`. */
function withoutProfile(value: unknown, id: string): unknown {
  const root = recordOf(value);
  if (!isRecord(root.auth)) return value;
  const { profiles, order, ...auth } = root.auth;
  const { [id]: _, ...kept } = recordOf(profiles);
  const ordered = Object.entries(recordOf(order)).map(([provider, ids]): [string, unknown] => [
    provider,
    Array.isArray(ids) ? ids.filter((each) => each !== id) : ids,
  ]);
  return {
    ...root,
    auth: {
      ...auth,
      ...(profiles !== undefined && { profiles: kept }),
      ...(order !== undefined && { order: Object.fromEntries(ordered) }),
    },
  };
}

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
    const spent = [...profiles].flatMap(([id, profile]) =>
      profile.type === "oauth" && profile.refresh !== "" && profile.expires <= world.now() ? [id] : [],
    );
    if (spent.length > 0) {
      findings.push({
        title: "Model auth",
        lines: spent.map((id) => `- ${id}: its token has run out; it is renewed when it is needed.`),
        repair: renewal(spent, models.credentials),
      });
    }
    for (const problem of models.credentials.problems()) findings.push({ title: "Model auth", lines: [problem] });
    return findings;
  },
};

/** Renewing now shows whether the sign-in still stands. */
function renewal(ids: readonly string[], credentials: Credentials): Repair {
  return {
    question: ids.length === 1 ? "Renew it now?" : "Renew them now?",
    kind: "ordinary",
    preset: true,
    apply: () =>
      Promise.all(
        ids.map(async (id) => {
          try {
            await credentials.renew(id);
            return `Renewed ${id}.`;
          } catch (error) {
            return `${id} was not renewed: ${error instanceof Error ? error.message : String(error)}`;
          }
        }),
      ),
  };
}

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
export const authChecks: readonly DoctorCheck[] = [profileNames, deprecatedProfiles, authHealth];
