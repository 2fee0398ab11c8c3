import type { ExecDecision } from "@openclaw/protocol";
import { useEffect, useId, useState } from "react";
import type { App } from "../app/app.ts";
import { type Approval, type ApprovalEnd, endText, secondsLeft } from "../approvals/approvals.ts";
import { visibleCommand } from "../approvals/visible-command.ts";
import { focusComposer } from "./composer-focus.ts";
import { CloseIcon } from "./icons.tsx";

const choices: readonly { decision: ExecDecision; label: string; look: string }[] = [
  { decision: "allow-once", label: "Allow once", look: "button primary" },
  { decision: "allow-always", label: "Always allow", look: "button" },
  { decision: "deny", label: "Deny", look: "button" },
];

interface ApprovalsProps {
  app: Pick<App, "openSession" | "decideApproval" | "dismissApproval">;
  approvals: readonly Approval[];
  /** The chat that is open. */
  sessionKey: string;
}

/** The commands of the open chat that wait for the user, and how many wait elsewhere. */
export function Approvals({ app, approvals, sessionKey }: ApprovalsProps) {
  const here = approvals.filter((approval) => (approval.sessionKey ?? sessionKey) === sessionKey);
  const [elsewhere, ...more] = approvals.filter(
    (approval) => !here.includes(approval) && typeof approval.state !== "object",
  );
  const waiting = here.filter((approval) => approval.state === "pending");
  const newest = waiting.at(-1);
  return (
    <>
      <p className="visually-hidden" role="alert">
        {newest && `A command waits for your approval: ${visibleCommand(newest.command).slice(0, 300)}`}
      </p>
      {elsewhere?.sessionKey !== undefined && (
        <p className="banner" role="status">
          {more.length === 0
            ? "A command in another chat waits for your approval. "
            : `${more.length + 1} commands in other chats wait for your approval. `}
          <button type="button" className="link-button" onClick={() => app.openSession(elsewhere.sessionKey ?? "")}>
            Show
          </button>
        </p>
      )}
      {here.length > 0 && (
        <section className="approvals" aria-label="Commands that need your approval">
          {waiting.length > 1 && <p className="fine-print">{waiting.length} commands wait for your approval.</p>}
          {here.map((approval) => (
            <ApprovalCard key={approval.id} app={app} approval={approval} />
          ))}
        </section>
      )}
    </>
  );
}

function ApprovalCard({ app, approval }: { app: ApprovalsProps["app"]; approval: Approval }) {
  return typeof approval.state === "object" ? (
    <EndedApproval app={app} approval={approval} end={approval.state} />
  ) : (
    <OpenApproval app={app} approval={approval} />
  );
}

/** One quiet line: what became of the command. */
function EndedApproval({ app, approval, end }: { app: ApprovalsProps["app"]; approval: Approval; end: ApprovalEnd }) {
  return (
    <p className="approval-end" role="status">
      <span>{endText(end)}</span>
      <code>{visibleCommand(approval.command)}</code>
      <button
        type="button"
        className="icon-button small"
        aria-label="Dismiss"
        onClick={() => app.dismissApproval(approval.id)}
      >
        <CloseIcon size={16} />
      </button>
    </p>
  );
}

function OpenApproval({ app, approval }: { app: ApprovalsProps["app"]; approval: Approval }) {
  const titleId = useId();
  const { id, command, cwd, host, agentId, resolvedPath, security, ask, state, error } = approval;
  const facts = [
    ["Folder", cwd],
    ["Program", resolvedPath],
    ["Runs on", host],
    ["Agent", agentId],
    ["Rule", [security, ask].filter(Boolean).join(", ")],
  ].filter(([, value]) => value);
  const decide = (decision: ExecDecision) => {
    // The buttons go away with the decision; who uses the keyboard writes on.
    void app.decideApproval(id, decision);
    focusComposer();
  };

  return (
    <article className="approval" aria-labelledby={titleId}>
      <header>
        <h3 id={titleId}>The agent wants to run a command</h3>
        <Countdown approval={approval} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long command scrolls and must be reachable by keyboard */}
      <pre tabIndex={0}>
        <code>{visibleCommand(command)}</code>
      </pre>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className="approval-choices">
        {choices.map(({ decision, label, look }) => (
          <button
            key={decision}
            type="button"
            className={look}
            disabled={state === "sending"}
            onClick={() => decide(decision)}
          >
            {label}
          </button>
        ))}
      </div>
      {error && (
        <p className="turn-error" role="alert">
          {error}
        </p>
      )}
    </article>
  );
}

function Countdown({ approval }: { approval: Approval }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = secondsLeft(approval, now);
  const shown = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return (
    <span className="fine-print" role="timer" aria-label={`Expires in ${seconds} seconds`}>
      {shown}
    </span>
  );
}
