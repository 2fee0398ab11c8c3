import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import type { Approval } from "../src/approvals/approvals.ts";
import { Approvals } from "../src/ui/approval-card.tsx";

const approval: Approval = {
  id: "a",
  command: "rm -rf <build>",
  cwd: "/work",
  host: "gateway",
  resolvedPath: "/bin/rm",
  security: "allowlist",
  ask: "on-miss",
  agentId: "main",
  sessionKey: "agent:main:main",
  createdAtMs: 0,
  expiresAtMs: 120_000,
  state: "pending",
};

function shown(approvals: Approval[]): string {
  const app = { openSession: () => {}, decideApproval: async () => {}, dismissApproval: () => {} };
  return renderToStaticMarkup(<Approvals app={app} approvals={approvals} sessionKey="agent:main:main" />);
}

it("shows the command, where it runs and three named buttons, and announces it", () => {
  const html = shown([approval]);
  expect(html).toContain("<code>rm -rf &lt;build&gt;</code>");
  for (const text of ["/work", "/bin/rm", "gateway", "main", "allowlist, on-miss"])
    expect(html).toContain(`<dd>${text}</dd>`);
  for (const label of ["Allow once", "Always allow", "Deny"]) expect(html).toContain(`>${label}</button>`);
  expect(html).toMatch(/role="alert">A command waits for your approval: rm -rf/);
  expect(html).toMatch(/role="timer" aria-label="Expires in \d+ seconds"/);
});

it("shows the outcome without buttons to decide", () => {
  const html = shown([{ ...approval, state: { kind: "deny", by: "Peter" } }]);
  expect(html).toContain("Denied by Peter");
  expect(html).not.toContain("Allow once");
  expect(html).not.toContain("waits for your approval");
});

it("counts those that wait and hides nothing of a command", () => {
  const html = shown([approval, { ...approval, id: "b", command: "ls \u202emr" }]);
  expect(html).toContain("2 commands wait for your approval.");
  expect(html).toContain("<code>ls \\u{202e}mr</code>");
});

it("only points to those of other chats", () => {
  const html = shown([{ ...approval, sessionKey: "agent:main:other" }]);
  expect(html).toContain("A command in another chat waits for your approval.");
  expect(html).not.toContain("rm -rf");
});
