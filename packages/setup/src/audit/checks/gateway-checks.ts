import type { AuditCheck } from "../audit-check.ts";
import type { AuditFacts } from "../audit-facts.ts";

/** Shorter secrets can be guessed. */
const shortestToken = 24;

const uiEnabled = ({ config }: AuditFacts) => config.gateway?.controlUi?.enabled !== false;

const tailscaleAuth = ({ config }: AuditFacts) => {
  const { auth = {}, tailscale } = config.gateway ?? {};
  return auth.allowTailscale ?? (tailscale?.mode === "serve" && auth.mode !== "password");
};

const bindNoAuth: AuditCheck = {
  ids: ["gateway.bind_no_auth"],
  run: ({ local, bind, token, password }) =>
    !local || bind === "loopback" || token || password
      ? []
      : [
          {
            checkId: "gateway.bind_no_auth",
            severity: "critical",
            title: "The Gateway is meant to listen on the network without a secret",
            detail: `gateway.bind is ${bind} and neither a token nor a password is set; the Gateway does not start like this.`,
            remediation: "Set gateway.auth.token (openclaw doctor --generate-gateway-token) or gateway.bind: loopback.",
          },
        ],
};

const loopbackNoAuth: AuditCheck = {
  ids: ["gateway.loopback_no_auth"],
  run: (facts) =>
    !facts.local ||
    facts.bind !== "loopback" ||
    !uiEnabled(facts) ||
    facts.token ||
    facts.password ||
    tailscaleAuth(facts)
      ? []
      : [
          {
            checkId: "gateway.loopback_no_auth",
            severity: "critical",
            title: "The Gateway has no shared secret",
            detail: "Neither a token nor a password is set, so every program of this machine could ask to be let in.",
            remediation: "Set gateway.auth.token: openclaw doctor --generate-gateway-token.",
          },
        ],
};

const trustedProxiesMissing: AuditCheck = {
  ids: ["gateway.trusted_proxies_missing"],
  run: (facts) =>
    !facts.local ||
    facts.bind !== "loopback" ||
    !uiEnabled(facts) ||
    (facts.config.gateway?.trustedProxies?.length ?? 0) > 0
      ? []
      : [
          {
            checkId: "gateway.trusted_proxies_missing",
            severity: "warn",
            title: "No reverse proxy is trusted",
            detail:
              "gateway.trustedProxies is empty. Behind a proxy every client would look like the proxy, and is treated as remote.",
            remediation: "Name the proxy's address in gateway.trustedProxies, or keep the Control UI on this machine.",
          },
        ],
};

const tailscale: AuditCheck = {
  ids: ["gateway.tailscale_funnel", "gateway.tailscale_serve"],
  run({ local, config }) {
    const mode = local ? config.gateway?.tailscale?.mode : undefined;
    if (mode === "funnel") {
      return [
        {
          checkId: "gateway.tailscale_funnel",
          severity: "critical",
          title: "The Gateway is open to the internet through Tailscale Funnel",
          detail:
            "gateway.tailscale.mode is funnel: the password is all that stands between strangers and this machine.",
          remediation: "Prefer gateway.tailscale.mode: serve, or off.",
        },
      ];
    }
    if (mode !== "serve") return [];
    return [
      {
        checkId: "gateway.tailscale_serve",
        severity: "info",
        title: "The Gateway is offered to the tailnet",
        detail: "gateway.tailscale.mode is serve: every device of the tailnet can reach it.",
      },
    ];
  },
};

const insecureAuth: AuditCheck = {
  ids: ["gateway.control_ui.insecure_auth"],
  run: ({ config }) =>
    config.gateway?.controlUi?.allowInsecureAuth
      ? [
          {
            checkId: "gateway.control_ui.insecure_auth",
            severity: "critical",
            title: "The Control UI accepts connections without a device identity",
            detail: "gateway.controlUi.allowInsecureAuth is on: over plain HTTP the token alone lets somebody in.",
            remediation: "Use HTTPS or localhost and switch it off.",
          },
        ]
      : [],
};

const deviceAuthDisabled: AuditCheck = {
  ids: ["gateway.control_ui.device_auth_disabled"],
  run: ({ config }) =>
    config.gateway?.controlUi?.dangerouslyDisableDeviceAuth
      ? [
          {
            checkId: "gateway.control_ui.device_auth_disabled",
            severity: "critical",
            title: "Device authentication of the Control UI is off",
            detail: "gateway.controlUi.dangerouslyDisableDeviceAuth is on: no device has to be approved.",
            remediation: "Set gateway.controlUi.dangerouslyDisableDeviceAuth to false.",
          },
        ]
      : [],
};

const tokenTooShort: AuditCheck = {
  ids: ["gateway.token_too_short"],
  run: ({ local, token }) =>
    local && token && token.length < shortestToken
      ? [
          {
            checkId: "gateway.token_too_short",
            severity: "warn",
            title: "The Gateway token is short",
            detail: `It has ${token.length} characters; ${shortestToken} or more are hard to guess.`,
            remediation: "Use a long random token.",
          },
        ]
      : [],
};

const probeFailed: AuditCheck = {
  ids: ["gateway.probe_failed"],
  deep: true,
  run: ({ probe }) =>
    probe?.attempted && !probe.ok
      ? [
          {
            checkId: "gateway.probe_failed",
            severity: "warn",
            title: "The Gateway could not be asked",
            detail: `${probe.url ?? "No address"}: ${probe.error ?? "no answer"}`,
            remediation: "Run: openclaw status --all",
          },
        ]
      : [],
};

/** The Gateway's own settings. */
export const gatewayChecks: readonly AuditCheck[] = [
  bindNoAuth,
  trustedProxiesMissing,
  loopbackNoAuth,
  tailscale,
  insecureAuth,
  deviceAuthDisabled,
  tokenTooShort,
  probeFailed,
];
