import { readVariable } from "@openclaw/config/paths";
import { isRecord, recordOf } from "../../audit/channel-facts.ts";
import type { DoctorCheck, DoctorWorld } from "../doctor-world.ts";
import type { DoctorFinding } from "../finding.ts";

/** The file: former keys, unknown keys, what is wrong besides. */
const configLoad: DoctorCheck = {
  id: "config",
  async run({ snapshot, manifests, paths }) {
    const findings: DoctorFinding[] = [];
    if (snapshot.parsed === undefined || (snapshot.exists && snapshot.raw === null)) {
      return [{ title: "Config", lines: snapshot.issues.map(({ path, message }) => `${path}: ${message}`) }];
    }
    const [{ migrateConfig, removeUnknownKeys }, { validateConfig }] = await Promise.all([
      import("@openclaw/config/migrations"),
      import("@openclaw/config"),
    ]);
    const migrated = migrateConfig(snapshot.parsed);
    if (migrated.changes.length > 0) {
      findings.push({
        title: "Doctor changes",
        lines: migrated.changes,
        repair: {
          question: "Apply recommended config repairs now?",
          kind: "ordinary",
          preset: true,
          config: (value) => migrateConfig(value).value,
        },
      });
    }
    const result = validateConfig(migrated.value, { manifests, paths });
    const issues = result.ok ? [] : result.issues;
    const { removed } = removeUnknownKeys(migrated.value, issues);
    if (removed.length > 0) {
      findings.push({
        title: "Unknown config keys",
        lines: removed.map((key) => `- ${key}`),
        repair: {
          question: "Remove the unknown keys?",
          kind: "ordinary",
          preset: true,
          config(value) {
            const again = validateConfig(value, { manifests, paths });
            return again.ok ? value : removeUnknownKeys(value, again.issues).value;
          },
        },
      });
    }
    const unknown = /^Unrecognized keys?: /;
    const others = snapshot.legacyIssues.length > 0 ? issues : snapshot.issues;
    const rest = others.filter(({ message }) => !unknown.test(message));
    if (rest.length > 0)
      findings.push({ title: "Config", lines: rest.map(({ path, message }) => `${path}: ${message}`) });
    if (snapshot.warnings.length > 0) {
      const lines = snapshot.warnings.map(({ path, message }) => `${path}: ${message}`);
      findings.push({ title: "Config warnings", lines });
    }
    return findings;
  },
};

const providerOverride: DoctorCheck = {
  id: "provider-override",
  run({ config }) {
    const found = ["opencode", "opencode-zen"].filter((id) => Object.hasOwn(config.models?.providers ?? {}, id));
    return found.map((id) => ({
      title: "Provider override",
      lines: [
        `models.providers.${id} replaces the provider that is built in: its models and addresses are not kept current.`,
        `Remove models.providers.${id} unless that is what you want.`,
      ],
    }));
  },
};

const gatewayMode: DoctorCheck = {
  id: "gateway-mode",
  run: ({ config }) =>
    config.gateway?.mode !== undefined
      ? []
      : [
          {
            title: "Gateway mode",
            lines: [
              "gateway.mode is not set, so the Gateway does not start. One of:",
              "- openclaw setup",
              "- openclaw config set gateway.mode local",
              "- openclaw gateway run --allow-unconfigured",
            ],
          },
        ],
};

const remoteFallback: DoctorCheck = {
  id: "remote",
  run: ({ config }) =>
    config.gateway?.mode === "remote" && !config.gateway.remote?.url?.trim()
      ? [
          {
            title: "Remote Gateway",
            lines: [
              "gateway.mode is remote and gateway.remote.url is missing.",
              "Fix: set gateway.remote.url, or set gateway.mode to local.",
            ],
          },
        ]
      : [],
};

/** A token for the Gateway, where there is no secret; and secrets that contradict each other. */
const gatewayAuth: DoctorCheck = {
  id: "gateway-auth",
  run(world) {
    const { config, env, options } = world;
    const { gateway = {} } = config;
    if (gateway.mode === "remote") return [];
    const token = readVariable(env, "OPENCLAW_GATEWAY_TOKEN");
    const password = readVariable(env, "OPENCLAW_GATEWAY_PASSWORD");
    const missing = !gateway.auth?.token && !gateway.auth?.password && !token && !password;
    const wanted = options.generateGatewayToken && !gateway.auth?.token;
    return [
      ...(missing || wanted
        ? [
            {
              title: "Gateway auth",
              lines: [missing ? "The Gateway has neither a token nor a password." : "gateway.auth.token is not set."],
              repair: tokenRepair(world, wanted),
            },
          ]
        : []),
      ...conflict("OPENCLAW_GATEWAY_TOKEN", "gateway.auth.token", token, gateway.auth?.token),
      ...conflict("OPENCLAW_GATEWAY_PASSWORD", "gateway.auth.password", password, gateway.auth?.password),
    ];
  },
};

function tokenRepair({ randomToken }: DoctorWorld, wanted: boolean): DoctorFinding["repair"] {
  const token = randomToken();
  return {
    question: "Generate a Gateway token now?",
    kind: "ordinary",
    preset: true,
    wanted,
    config(value) {
      const root = recordOf(value);
      const gateway = recordOf(root.gateway);
      const auth = recordOf(gateway.auth);
      if (auth.token) return value;
      return { ...root, gateway: { ...gateway, auth: { ...auth, mode: "token", token } } };
    },
  };
}

function conflict(
  name: string,
  place: string,
  set: string | undefined,
  configured: string | undefined,
): DoctorFinding[] {
  if (set === undefined || configured === undefined || set === configured) return [];
  const lines = [
    `${name} and ${place} differ.`,
    "The Gateway takes the one of the config, the command line the one of the environment: it will be refused.",
  ];
  return [{ title: "Gateway auth", lines }];
}

const gmailModel: DoctorCheck = {
  id: "gmail-model",
  async run({ config, help }) {
    if (!config.hooks?.gmail?.model) return [];
    const problem = await help.gmailModelProblem(config);
    return problem === undefined ? [] : [{ title: "Gmail hook model", lines: [problem] }];
  },
};

const sandboxScope: DoctorCheck = {
  id: "sandbox-scope",
  run({ config }) {
    const shared = config.agents?.defaults?.sandbox?.scope;
    const lines = (config.agents?.list ?? []).flatMap(({ id, sandbox }) => {
      if ((sandbox?.scope ?? shared) !== "shared" || !sandbox) return [];
      const parts = (["docker", "browser", "prune"] as const).filter((key) => isRecord(sandbox[key]));
      return parts.length === 0
        ? []
        : [`agents.list (${id}).sandbox: ${parts.join(", ")} overrides ignored, the sandbox is shared.`];
    });
    return lines.length === 0 ? [] : [{ title: "Sandbox scope", lines }];
  },
};

/** Checks of the file, in the order of the report. */
export const configChecks = {
  configLoad,
  providerOverride,
  gatewayMode,
  remoteFallback,
  gatewayAuth,
  gmailModel,
  sandboxScope,
};
