import type { AllowList, ChannelStatus, StatusIssue } from "@openclaw/plugin-sdk";
import { z } from "zod";
import { defined } from "./defined.ts";
import type { ForeignPart } from "./foreign-parts.ts";
import { recordOf } from "./section-settings.ts";

const issue = z.object({
  kind: z.enum(["auth", "runtime", "config", "intent", "permissions"]),
  message: z.string(),
  fix: z.string().optional(),
});
const policy = z.object({
  policy: z.string().optional().catch(undefined),
  allowFrom: z
    .array(z.union([z.string(), z.number()]))
    .nullish()
    .catch(undefined),
});
const readiness = z.object({ ok: z.boolean(), reason: z.string().optional().catch(undefined) });

/** What a channel of the reference release says of its accounts. */
export function adaptStatus(
  part: (name: string) => ForeignPart,
  config: () => Readonly<Record<string, unknown>>,
): ChannelStatus<unknown> {
  const accounts = part("config");
  const status = part("status");
  const security = part("security");
  const heartbeat = part("heartbeat");
  const idOf = (account: unknown) => z.string().catch("default").parse(recordOf(account)?.accountId);

  /** Who may write in private, as the channel reads it. */
  const direct = (account: unknown): { dmPolicy?: string; allowFrom?: string[] } => {
    const about = { cfg: config(), accountId: idOf(account), account };
    const said = policy.safeParse(security.call("resolveDmPolicy", about)).data;
    const listed = z
      .array(z.union([z.string(), z.number()]))
      .optional()
      .catch(undefined)
      .parse(accounts.call("resolveAllowFrom", about));
    const allowFrom: AllowList | undefined = said?.allowFrom ?? listed;
    return defined({ dmPolicy: said?.policy, allowFrom: allowFrom?.map(String) });
  };
  return {
    describe: (account) => ({
      ...recordOf(status.value("defaultRuntime")),
      ...direct(account),
      ...recordOf(accounts.call("describeAccount", account, config())),
    }),
    summary: async (snapshot, account) =>
      recordOf(await status.call("buildChannelSummary", { account, cfg: config(), snapshot })) ?? {},
    ...(status.has("buildAccountSnapshot")
      ? {
          async snapshot(row, account) {
            const { probe, audit, ...runtime } = row;
            const about = { account, cfg: config(), runtime, probe, audit };
            return defined(recordOf(await status.call("buildAccountSnapshot", about)) ?? {});
          },
        }
      : {}),
    ...(status.has("auditAccount")
      ? {
          audit: async ({ account, probe }) =>
            recordOf(await status.call("auditAccount", { account, timeoutMs: 10_000, cfg: config(), probe })) ?? {},
        }
      : {}),
    ...(heartbeat.has("checkReady")
      ? {
          async heartbeatProblem(row, account) {
            const deps = { webAuthExists: async () => row.linked !== false, hasActiveWebListener: () => row.running };
            const about = { cfg: config(), accountId: idOf(account), deps };
            const answer = readiness.safeParse(await heartbeat.call("checkReady", about)).data;
            return answer === undefined || answer.ok ? undefined : (answer.reason ?? "not ready");
          },
        }
      : {}),
    ...(security.has("collectWarnings")
      ? {
          async warnings(account) {
            const said = await security.call("collectWarnings", { cfg: config(), accountId: idOf(account), account });
            return z.array(z.string()).catch([]).parse(said);
          },
        }
      : {}),
    issues(row): StatusIssue[] {
      const found = z
        .array(issue)
        .catch([])
        .parse(status.call("collectStatusIssues", [row]));
      return found.map(({ fix, ...rest }) => ({ ...rest, ...(fix === undefined ? {} : { fix }) }));
    },
  };
}
