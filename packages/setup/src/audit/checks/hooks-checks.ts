import type { AuditCheck } from "../audit-check.ts";

/** Shorter secrets can be guessed. */
const shortestToken = 24;

const tokenTooShort: AuditCheck = {
  ids: ["hooks.token_too_short"],
  run: ({ config: { hooks } }) =>
    hooks?.enabled && hooks.token && hooks.token.length < shortestToken
      ? [
          {
            checkId: "hooks.token_too_short",
            severity: "warn",
            title: "The token of the webhooks is short",
            detail: `hooks.token has ${hooks.token.length} characters; ${shortestToken} or more are hard to guess.`,
            remediation: "Use a long random hooks.token.",
          },
        ]
      : [],
};

const tokenReused: AuditCheck = {
  ids: ["hooks.token_reuse_gateway_token"],
  run: ({ config: { hooks }, token }) =>
    hooks?.enabled && hooks.token && hooks.token === token
      ? [
          {
            checkId: "hooks.token_reuse_gateway_token",
            severity: "warn",
            title: "Webhooks use the Gateway's own token",
            detail: "hooks.token equals the Gateway token: every service that calls a hook could control the Gateway.",
            remediation: "Give the hooks a token of their own.",
          },
        ]
      : [],
};

const pathRoot: AuditCheck = {
  ids: ["hooks.path_root"],
  run: ({ config: { hooks } }) =>
    hooks?.enabled && hooks.path !== undefined && hooks.path.trim().replace(/\/+$/, "") === ""
      ? [
          {
            checkId: "hooks.path_root",
            severity: "critical",
            title: "Webhooks answer at the root of the Gateway",
            detail: 'hooks.path is "/"; the Gateway does not start like this.',
            remediation: 'Set hooks.path: "/hooks".',
          },
        ]
      : [],
};

const unsafeContent: AuditCheck = {
  ids: ["hooks.unsafe_external_content"],
  run({ config: { hooks } }) {
    const places = [
      ...(hooks?.mappings ?? []).flatMap((mapping, index) =>
        mapping.allowUnsafeExternalContent ? [`hooks.mappings[${mapping.id ?? index}]`] : [],
      ),
      ...(hooks?.gmail?.allowUnsafeExternalContent ? ["hooks.gmail"] : []),
    ];
    return places.length === 0
      ? []
      : [
          {
            checkId: "hooks.unsafe_external_content",
            severity: "warn",
            title: "Content from outside is given to the model without a mark",
            detail: `allowUnsafeExternalContent is on at ${places.join(", ")}: its text can pass for instructions.`,
            remediation: "Switch allowUnsafeExternalContent off.",
          },
        ];
  },
};

/** Webhooks. */
export const hooksChecks: readonly AuditCheck[] = [tokenTooShort, tokenReused, pathRoot, unsafeContent];
